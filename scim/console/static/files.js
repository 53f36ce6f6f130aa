// Fields that choose a file: its text goes into the area below, where it can be read before it is sent.
export function watchFiles() {
  document.addEventListener("change", async (event) => {
    const area = document.getElementById(event.target.dataset.readInto);
    const [file] = event.target.files ?? [];
    if (!area || !file) return;
    area.value = await file.text();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
