// Nobody leaves by mistake what would be lost. A section with `data-guard` shows a secret that cannot be shown again; the
// attribute holds the sentence that is told to who leaves without having copied it. Once the field with `data-secret` is
// copied, nothing is asked. Forms that were changed are asked about, too (unsaved.js).
import { forget, isUnsaved } from "./unsaved.js";
import { copyOf, fill, makeWindow } from "./windows.js";

export function watchGuard() {
  document.addEventListener("rollcall:copied", (event) => {
    if (event.detail.field?.hasAttribute("data-secret")) release(event.target.closest("[data-guard]"));
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !leadsAway(link, event) || !isGuarded(document)) return;
    event.preventDefault();
    if (await mayLeave(document)) location.assign(link.href);
  });
  addEventListener("beforeunload", (event) => {
    if (isGuarded(document)) event.preventDefault();
  });
}

// Whether a click on a link ends the page that is shown, and no dialog takes care of it.
function leadsAway(link, event) {
  const opensElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.hasAttribute("download");
  const isOfDialogs = link.matches("[data-dialog], dialog [data-close-dialog]");
  const isHere = link.href.replace(/#.*/, "") === location.href.replace(/#.*/, "") && link.hash;
  return !event.defaultPrevented && !opensElsewhere && !isOfDialogs && !isHere;
}

export function isGuarded(root) {
  return root.querySelector("[data-guard]") !== null || isUnsaved(root);
}

// Whether nothing is lost, or the person means it; from then on nothing is asked any more.
export async function mayLeave(root) {
  const section = root.querySelector("[data-guard]");
  if (section && !await asked("guard-question", section.dataset.guard)) return false;
  release(section);
  if (isUnsaved(root) && !await asked("unsaved-question")) return false;
  forget(root);
  return true;
}

export function release(section) {
  section?.removeAttribute("data-guard");
}

function asked(template, sentence) {
  if (document.querySelector("dialog[data-question]")) return Promise.resolve(false); // it is being asked
  return new Promise((resolve) => {
    const dialog = makeWindow(() => dialog.close());
    dialog.dataset.question = "";
    dialog.role = "alertdialog";
    const question = copyOf(template);
    if (sentence) question.querySelector("[data-sentence]").textContent = sentence;
    question.addEventListener("click", (event) => {
      const answer = event.target.closest("button")?.value;
      if (answer) dialog.close(answer);
    });
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "leave"));
    fill(dialog, question);
  });
}
