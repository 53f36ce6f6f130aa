// What makes the console more comfortable. Everything also works without: see docs/adr/0016-console.md.
import { watchCopying } from "./copying.js";
import { watchDialogs } from "./dialogs.js";
import { watchForms } from "./forms.js";
import { watchGuard } from "./guard.js";
import { watchIdleness } from "./idle.js";
import { openInvitation } from "./invitation.js";
import { watchMenus } from "./menus.js";
import { watchPasswords } from "./passwords.js";
import { localiseTimes } from "./times.js";
import { watchToasts } from "./toasts.js";

document.documentElement.classList.add("has-scripts");
watchMenus();
watchCopying();
watchForms();
watchGuard();
watchPasswords();
watchDialogs();
watchToasts();
localiseTimes(document);
watchIdleness();
openInvitation();
