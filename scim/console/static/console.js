// What makes the console more comfortable. Everything also works without: see docs/adr/0016-console.md.
import { watchCopying } from "./copying.js";
import { watchDialogs } from "./dialogs.js";
import { watchForms } from "./forms.js";
import { watchGuard } from "./guard.js";
import { openInvitation } from "./invitation.js";
import { watchLive } from "./live.js";
import { watchMenus } from "./menus.js";
import { watchPasswords } from "./passwords.js";
import { watchPickers } from "./pickers.js";
import { watchSelection } from "./selection.js";
import { watchSeveral } from "./several.js";
import { localiseTimes } from "./times.js";
import { watchToasts } from "./toasts.js";

document.documentElement.classList.add("has-scripts");
watchMenus();
watchCopying();
watchLive();
watchPickers();
watchForms();
watchGuard();
watchPasswords();
watchDialogs();
watchToasts();
watchSeveral();
watchSelection();
localiseTimes(document);
openInvitation();
