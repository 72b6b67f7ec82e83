// Sort a table by the column whose heading is clicked: first ascending, then descending. Gaps stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const sign = down ? -1 : 1;
      const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
      const number = (text) => (text === "" || Number.isNaN(Number(text)) ? null : Number(text));
      const missing = (text) => text === "" || text === "–" || text === "nan";
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (missing(x) || missing(y)) return missing(x) - missing(y);
        const [m, n] = [number(x), number(y)];
        if (m !== null && n !== null) return sign * (m - n);
        return sign * x.localeCompare(y, "en", { numeric: true });
      });
      table.tBodies[0].append(...rows);
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
    });
  });
}
