// What makes the console more comfortable. Everything also works without: see docs/adr/0016-console.md.
import { watchCopying } from "./copying.js";
import { watchDialogs } from "./dialogs.js";
import { watchForms } from "./forms.js";
import { watchMenus } from "./menus.js";
import { watchPickers } from "./pickers.js";
import { watchPreviews } from "./previews.js";
import { watchSeveral } from "./several.js";
import { localiseTimes } from "./times.js";
import { watchToasts } from "./toasts.js";

document.documentElement.classList.add("has-scripts");
watchMenus();
watchCopying();
watchForms();
watchDialogs();
watchToasts();
watchSeveral();
watchPickers();
watchPreviews();
localiseTimes(document);
