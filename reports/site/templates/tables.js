// Tables with class "sortable": a heading's button sorts by its column, first ascending, then descending.
// Gaps stay last. Anyone may listen for "sorted" on the table.
"use strict";
globalThis.ucrbench = (() => {
  const collator = new Intl.Collator("en", { numeric: true });
  const missing = (text) => text === "" || text === "–";

  function keyOf(cell) {
    // A script may have given a key of its own.
    if (cell.sortKey !== undefined) return cell.sortKey;
    const text = cell.dataset.sort ?? cell.textContent.trim();
    if (missing(text)) return null;
    // "1 024" with a thin space, "0.912 ± 0.004"
    const number = Number(text.replaceAll("\u202f", "").replace(/ ± .*/, ""));
    return Number.isNaN(number) ? text : number;
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return collator.compare(String(a), String(b));
  }

  function sortTable(table, column, direction) {
    const sign = direction === "descending" ? -1 : 1;
    const heads = table.tHead.rows[0].cells;
    const rows = [...table.tBodies[0].rows];
    const keyed = rows.map((row) => [keyOf(row.cells[column]), row]);
    keyed.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : sign * compare(a, b)));
    // Rows that stay where they are cost no new layout.
    if (keyed.some(([, row], place) => row !== rows[place])) table.tBodies[0].append(...keyed.map(([, row]) => row));
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", direction);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      head.querySelector("button").addEventListener("click", () => {
        sortTable(table, column, head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending");
        table.dispatchEvent(new CustomEvent("sorted"));
      });
    });
  }
  return { sortTable };
})();
