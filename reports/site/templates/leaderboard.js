// The leaderboard of any subset: data sets and variants are chosen in the form, and mean ranks, means and wins are
// worked out anew, by the rules of ucrbench.reports.compare. The choice is kept in the address.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filter");
  const board = document.getElementById("board");
  const table = document.getElementById("rows");
  // Rows and cells are looked up once: looking them up after each change is what would take the time.
  const withCells = (row) => ({ row, cells: [...row.cells] });
  const boardRows = [...board.tBodies[0].rows].map(withCells);
  const tableRows = [...table.tBodies[0].rows].map(withCells);
  const tableHeads = [...table.tHead.rows[0].cells];
  const firstValue = tableHeads.findIndex((head) => head.classList.contains("value"));
  const widths = table.style.getPropertyValue("--columns").trim().split(" ");
  const titles = [...form.elements.score.options].map((option) => option.textContent);
  const RANGES = ["length", "n_train", "n_classes"];

  // Whether the values of some methods on a data set come from different judges.
  function mixes(score, dataset, methods) {
    const judged = methods.filter((method) => score.values[dataset][method] !== null);
    return score.judges !== null && new Set(judged.map((method) => score.judges[dataset][method])).size > 1;
  }

  // One score over some data sets and methods (indices). Per method, by its index: mean, rank, wins; null for none.
  function standings(score, datasets, methods, gaps) {
    const there = methods.filter((method) => score.has[method]);
    const result = { mean: {}, rank: {}, wins: {}, compared: 0, refusal: null };
    if (!there.length || !datasets.length) return result;
    const value = (dataset, method) => score.values[dataset][method];
    const whole = (dataset) => there.every((method) => value(dataset, method) !== null);
    const mean = (kept, method) => {
      if (kept.some((dataset) => value(dataset, method) === null)) return null;
      return kept.reduce((sum, dataset) => sum + value(dataset, method), 0) / kept.length;
    };
    if (score.up === null || there.length < 2) {
      for (const method of there) result.mean[method] = mean(datasets, method);
      return result;
    }
    const lacking = datasets.filter((dataset) => !whole(dataset));
    if (gaps === "refuse" && lacking.length) {
      const first = there.find((method) => value(lacking[0], method) === null);
      const n = lacking.flatMap((dataset) => there.filter((method) => value(dataset, method) === null)).length;
      result.refusal =
        `${n} of ${datasets.length * there.length} values are missing, ` +
        `the first ${data.methods[first]} on ${data.datasets[lacking[0]].name}`;
      return result;
    }
    const some = (dataset) => there.some((method) => value(dataset, method) !== null);
    const kept = datasets.filter(gaps === "worst" ? some : whole);
    if (!kept.length) {
      result.refusal = "no data set has a value of every variant";
      return result;
    }
    const mixed = kept.filter((dataset) => mixes(score, dataset, there));
    if (mixed.length) {
      result.refusal =
        `the values come from different judges on ${mixed.length} of ${kept.length} data sets, ` +
        `the first ${data.datasets[mixed[0]].name}; choose variants with one judge`;
      return result;
    }
    const bad = score.up ? -Infinity : Infinity;
    const sums = Object.fromEntries(there.map((method) => [method, { rank: 0, wins: 0 }]));
    for (const dataset of kept) {
      const values = there.map((method) => (value(dataset, method) ?? bad) * (score.up ? -1 : 1));
      values.forEach((own, place) => {
        const better = values.filter((other) => other < own).length;
        const tied = values.filter((other) => other === own).length - 1;
        sums[there[place]].rank += 1 + better + tied / 2;
        if (!better && Number.isFinite(own)) sums[there[place]].wins += 1;
      });
    }
    result.compared = kept.length;
    for (const method of there) {
      result.mean[method] = mean(kept, method);
      result.rank[method] = sums[method].rank / kept.length;
      result.wins[method] = sums[method].wins;
    }
    return result;
  }

  function chosen() {
    const ticked = (name) => [...form.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value);
    const types = new Set(ticked("type"));
    const part = form.elements.q.value.trim().toLowerCase();
    const bound = (name, end) => {
      const text = form.elements[`${name}-${end}`]?.value ?? "";
      return text === "" ? null : Number(text);
    };
    const inside = (dataset) =>
      RANGES.every((name) => {
        const [from, to] = [bound(name, "from"), bound(name, "to")];
        if (from === null && to === null) return true;
        const size = dataset[name];
        return size !== null && (from === null || size >= from) && (to === null || size <= to);
      });
    const datasets = data.datasets.flatMap((dataset, index) =>
      (!types.size || types.has(dataset.type)) && dataset.name.toLowerCase().includes(part) && inside(dataset)
        ? [index]
        : [],
    );
    return { datasets, methods: ticked("variant").map(Number), score: form.elements.score.selectedIndex };
  }

  // Writing what is there already would cost a new layout; a text node written anew costs less than a new one.
  const write = (node, text) => {
    const inside = node.nodeType === Node.TEXT_NODE ? node : node.firstChild;
    if (!inside) node.textContent = text;
    else if (inside.data !== text) inside.data = text;
  };
  const number = (value, digits) => (value === null || value === undefined ? "–" : value.toFixed(digits));

  const digitsOf = (place) => Math.min(data.scores[place].digits, 3);

  let shownBoard = { key: null, all: null };
  function showBoard({ datasets, methods }) {
    const gaps = form.elements.gaps.value;
    // Another score or order leaves the board as it is.
    const key = JSON.stringify([datasets, methods, gaps]);
    if (key === shownBoard.key) return shownBoard.all;
    const all = data.scores.map((score) => standings(score, datasets, methods, gaps));
    shownBoard = { key, all };
    const shown = new Set(methods);
    // As it is shown, and where methods differ: the same marks as the page has without a filter.
    const mark = (values, up) => {
      const found = Object.values(values);
      return new Set(found).size > 1 ? String(up ? Math.max(...found) : Math.min(...found)) : null;
    };
    const rounded = ({ mean, rank }, place) =>
      Object.fromEntries(
        Object.keys(rank)
          .filter((method) => Number.isFinite(mean[method]))
          .map((method) => [method, Number(mean[method].toFixed(digitsOf(place)))]),
      );
    const means = all.map(rounded);
    const ranks = all.map(({ rank }) => Object.fromEntries(Object.entries(rank).map(([m, r]) => [m, Number(r.toFixed(2))])));
    const bestMean = means.map((values, place) => mark(values, data.scores[place].up));
    const bestRank = ranks.map((values) => mark(values, false));
    boardRows.forEach(({ row, cells }, method) => {
      row.hidden = !shown.has(method);
      all.forEach((found, place) => {
        const cell = cells[place + 1];
        const [mean, rank, wins] = [found.mean[method], found.rank[method], found.wins[method]];
        write(cell.firstChild, number(mean, digitsOf(place)));
        write(
          cell.lastElementChild,
          rank === undefined ? "" : `${rank.toFixed(2)} · ${wins} win${wins === 1 ? "" : "s"}`,
        );
        cell.sortKey = rank ?? mean ?? null;
        cell.classList.toggle("best", method in means[place] && String(means[place][method]) === bestMean[place]);
        cell.classList.toggle("first", method in ranks[place] && String(ranks[place][method]) === bestRank[place]);
      });
    });
    const refusals = all.flatMap(({ refusal }, place) => (refusal ? [`${titles[place]} is not ranked: ${refusal}.`] : []));
    document.getElementById("refusals").replaceChildren(
      ...refusals.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
    );
    return all;
  }

  function showRows({ datasets, methods, score: place }) {
    const score = data.scores[place];
    const shown = new Set(datasets);
    const columns = new Set(methods);
    const digits = score.digits;
    tableRows.forEach(({ row, cells }, dataset) => {
      row.hidden = !shown.has(dataset);
      const values = score.values[dataset];
      const there = [...new Set(methods.map((method) => values[method]).filter((value) => value !== null))];
      there.sort((a, b) => (score.up ? b - a : a - b));
      const ranked = score.up !== null && there.length > 1 && !mixes(score, dataset, methods);
      values.forEach((value, method) => {
        const cell = cells[firstValue + method];
        cell.hidden = !columns.has(method);
        write(cell, number(value, digits));
        cell.sortKey = value;
        cell.classList.toggle("p1", ranked && value === there[0]);
        cell.classList.toggle("p2", ranked && value === there[1]);
      });
      const real = cells[firstValue + values.length];
      real.hidden = !score.real;
      write(real, score.real ? number(score.real[dataset], digits) : "");
    });
    data.methods.forEach((_, method) => (tableHeads[firstValue + method].hidden = !columns.has(method)));
    tableHeads[firstValue + data.methods.length].hidden = !score.real;
    table.style.setProperty("--columns", widths.filter((_, column) => !tableHeads[column].hidden).join(" "));
    document.getElementById("rows-real").textContent = score.realTitle ?? "real data";
    for (const link of document.querySelectorAll("#rows-files a")) {
      link.href = score.table + link.href.slice(link.href.lastIndexOf("."));
    }
    document.getElementById("rows-score").textContent = titles[place];
    for (const diagram of document.querySelectorAll("[data-diagram]")) {
      diagram.hidden = diagram.dataset.diagram !== score.name;
    }
    [...board.tHead.rows[0].cells].forEach((head, column) => head.classList.toggle("chosen", column === place + 1));
  }

  function say({ datasets, methods, score }, all) {
    const { compared, refusal } = all[score];
    const subset = `${datasets.length} of ${data.datasets.length} data sets, ${methods.length} of ${data.methods.length} variants`;
    const ranked = compared ? `${titles[score]} is ranked on ${compared} of them` : `${titles[score]} is not ranked`;
    document.getElementById("status").textContent = `${subset}. ${ranked}${refusal ? `: ${refusal}` : ""}.`;
  }

  function sortedBy(element) {
    const head = [...element.tHead.rows[0].cells].find((cell) => cell.hasAttribute("aria-sort"));
    return head ? [head.dataset.key, head.getAttribute("aria-sort")] : null;
  }

  function sortBy(element, key, direction) {
    const column = [...element.tHead.rows[0].cells].findIndex((cell) => cell.dataset.key === key);
    if (column >= 0) globalThis.ucrbench.sortTable(element, column, direction);
  }

  function save() {
    const state = new URLSearchParams();
    const put = (name, value, usual) => value !== usual && state.append(name, value);
    put("score", form.elements.score.value, data.scores[0].name);
    put("gaps", form.elements.gaps.value, data.gaps);
    put("q", form.elements.q.value.trim(), "");
    for (const box of form.querySelectorAll("input[name=type]:checked")) state.append("type", box.value);
    for (const box of form.querySelectorAll("input[name=variant]:not(:checked)")) {
      state.append("without", data.identifiers[box.value]);
    }
    for (const input of form.querySelectorAll("input[type=number]")) put(input.name, input.value, "");
    const order = (name, element, usual) => put(name, sortedBy(element)?.join(":") ?? "", usual);
    order("board", board, `${form.elements.score.value}:ascending`);
    order("rows", table, "name:ascending");
    // A comma-free hash without "=" is left to links within the page.
    history.replaceState(null, "", state.size ? `#${state}` : location.pathname + location.search);
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    if (location.hash && !location.hash.includes("=")) return false;
    form.reset();
    const known = (select, value) => [...select.options].some((option) => option.value === value);
    for (const name of ["score", "gaps"]) {
      if (known(form.elements[name], state.get(name))) form.elements[name].value = state.get(name);
    }
    form.elements.q.value = state.get("q") ?? "";
    const types = new Set(state.getAll("type"));
    const without = new Set(state.getAll("without"));
    for (const box of form.querySelectorAll("input[name=type]")) box.checked = types.has(box.value);
    for (const box of form.querySelectorAll("input[name=variant]")) box.checked = !without.has(data.identifiers[box.value]);
    for (const input of form.querySelectorAll("input[type=number]")) input.value = state.get(input.name) ?? "";
    sorting.board = state.get("board");
    sorting.rows = state.get("rows");
    return true;
  }

  const sorting = { board: null, rows: null };
  function apply() {
    const choice = chosen();
    const all = showBoard(choice);
    showRows(choice);
    say(choice, all);
    // Key and direction; a key holds no colon, a name of a score from elsewhere may.
    const split = (text) => [text.slice(0, text.lastIndexOf(":")), text.slice(text.lastIndexOf(":") + 1)];
    sortBy(board, ...split(sorting.board ?? `${form.elements.score.value}:ascending`));
    sortBy(table, ...split(sorting.rows ?? "name:ascending"));
  }

  form.addEventListener("input", (event) => {
    if (event.target.name === "score") sorting.board = null;
    apply();
    save();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => {
    form.reset();
    sorting.board = sorting.rows = null;
    apply();
    save();
  });
  for (const [name, element] of Object.entries({ board, rows: table })) {
    element.addEventListener("sorted", () => {
      sorting[name] = sortedBy(element).join(":");
      save();
    });
  }
  addEventListener("hashchange", () => restore() && apply());
  if (matchMedia("(max-width: 700px)").matches) document.querySelector("details.panel").open = false;
  restore();
  apply();
  Object.assign(globalThis.ucrbench, { data, standings });
})();
