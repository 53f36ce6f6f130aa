// A section with `data-guard` shows a secret that cannot be shown again; the attribute holds the sentence that is told
// to who leaves without having copied it. Once the field with `data-secret` is copied, nothing is asked.
import { copyOf, fill, makeWindow } from "./windows.js";

export function watchGuard() {
  document.addEventListener("rollcall:copied", (event) => {
    if (event.detail.field?.hasAttribute("data-secret")) release(event.target.closest("[data-guard]"));
  });
  document.addEventListener("click", async (event) => { // the way out of a dialog that is a page of its own
    const link = event.target.closest("main a[data-close-dialog]");
    if (!link || !isGuarded(document)) return;
    event.preventDefault();
    if (await mayLeave(document)) location.assign(link.href);
  });
  addEventListener("beforeunload", (event) => {
    if (isGuarded(document)) event.preventDefault();
  });
}

export function isGuarded(root) {
  return root.querySelector("[data-guard]") !== null;
}

// Whether nothing is lost, or the person means it; from then on nothing is asked any more.
export async function mayLeave(root) {
  const section = root.querySelector("[data-guard]");
  if (!section) return true;
  const isMeant = await asked(section.dataset.guard);
  if (isMeant) release(section);
  return isMeant;
}

export function release(section) {
  section?.removeAttribute("data-guard");
}

function asked(sentence) {
  if (document.querySelector("dialog[data-question]")) return Promise.resolve(false); // it is being asked
  return new Promise((resolve) => {
    const dialog = makeWindow(() => dialog.close());
    dialog.dataset.question = "";
    dialog.role = "alertdialog";
    const question = copyOf("guard-question");
    question.querySelector("[data-sentence]").textContent = sentence;
    question.addEventListener("click", (event) => {
      const answer = event.target.closest("button")?.value;
      if (answer) dialog.close(answer);
    });
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "leave"));
    fill(dialog, question);
  });
}
