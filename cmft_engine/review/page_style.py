"""The report page's style sheet and its few lines of script: neutral grays, so that colors are judged rightly."""

STYLE = """
:root { color-scheme: dark; --back: #1c1c1c; --panel: #262626; --raised: #303030; --line: #3b3b3b; --text: #c9c9c9;
  --dim: #8b8b8b; --bright: #f0f0f0; --amber: #e0a030; --bar: #9a9a9a; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 14px/1.45 "Inter", "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; }
main, header { max-width: 1500px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 26px; }
h1 { font-size: 22px; font-weight: 600; color: var(--bright); margin: 0 0 2px; }
h2 { font-size: 15px; font-weight: 600; color: var(--bright); margin: 32px 0 12px; }
h2 small { color: var(--dim); font-weight: 400; font-size: 13px; margin-left: 8px; }
code, .mono { font-family: "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px; }
.lines { color: var(--dim); overflow-wrap: anywhere; }
.stats { display: flex; flex-wrap: wrap; gap: 1px; margin: 18px 0 0; background: var(--line);
  border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.stat { background: var(--panel); padding: 10px 18px; flex: 1 1 110px; }
.stat b { display: block; font-size: 22px; font-weight: 600; color: var(--bright);
  font-variant-numeric: tabular-nums; }
.stat span { color: var(--dim); font-size: 12px; }
.stat.warn b { color: var(--amber); }
.notes { margin: 14px 0 0; padding: 0; list-style: none; }
.notes li { border-left: 3px solid var(--amber); background: var(--panel); padding: 6px 12px; margin-bottom: 4px;
  white-space: pre-line; }
.strip { display: flex; gap: 6px; overflow-x: auto; padding: 2px 2px 12px; scrollbar-color: #555 var(--back); }
.frame { flex: 0 0 auto; width: 116px; background: var(--panel); border: 1px solid var(--line); border-radius: 5px;
  color: inherit; text-decoration: none; overflow: hidden; cursor: pointer; padding: 0; text-align: left;
  font: inherit; }
.frame:hover, .frame:focus-visible { border-color: #7a7a7a; outline: none; }
.frame.on { border-color: var(--bright); }
.frame .picture { height: 78px; background: var(--raised); display: flex; align-items: center;
  justify-content: center; color: var(--dim); font-size: 12px; }
.frame img { width: 100%; height: 100%; object-fit: contain; display: block; }
.frame .about { display: flex; justify-content: space-between; gap: 6px; padding: 4px 7px 5px; font-size: 12px;
  font-variant-numeric: tabular-nums; }
.frame .about b { color: var(--bright); font-weight: 600; }
.frame .about i { font-style: normal; color: var(--dim); }
.frame .about i.warn { color: var(--amber); }
.bar { display: block; height: 4px; background: #151515; }
.bar span { display: block; height: 100%; background: var(--bar); }
.bar.low span { background: var(--amber); }
.tools { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; margin-bottom: 14px; color: var(--dim); }
.tools label { display: flex; gap: 6px; align-items: center; }
.tools select, .tools button { background: var(--raised); color: var(--text); border: 1px solid var(--line);
  border-radius: 4px; padding: 4px 8px; font: inherit; font-size: 13px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(262px, 1fr)); gap: 12px; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; overflow: hidden;
  display: flex; flex-direction: column; }
.card[hidden] { display: none; }
.card .picture { height: 176px; background: #3a3a3a; display: flex; align-items: center; justify-content: center;
  color: var(--dim); font-size: 12px; }
.card img { width: 100%; height: 100%; object-fit: contain; display: block; }
.card .body { padding: 9px 12px 11px; display: flex; flex-direction: column; gap: 5px; flex: 1; }
.card .top { display: flex; justify-content: space-between; align-items: baseline; }
.card .top b { color: var(--bright); font-weight: 600; font-variant-numeric: tabular-nums; }
.card .top .low { color: var(--amber); font-weight: 600; font-variant-numeric: tabular-nums; }
.choice { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; }
.choice .or { color: var(--dim); font-size: 12px; }
.chip { display: inline-flex; align-items: center; gap: 6px; }
.chip::before { content: ""; width: 14px; height: 14px; border-radius: 3px; border: 1px solid #0008;
  box-shadow: 0 0 0 1px #fff3; background: var(--c); }
.none::before { background: repeating-conic-gradient(#999 0 25%, #666 0 50%) 0 0 / 8px 8px; }
.reason { color: var(--text); }
.where { color: var(--dim); font-size: 12px; display: flex; gap: 8px; align-items: center; margin-top: auto;
  font-variant-numeric: tabular-nums; }
.where svg { flex: 0 0 auto; background: #151515; border: 1px solid var(--line); }
.swatches { display: flex; flex-wrap: wrap; gap: 8px; }
.swatch { background: var(--panel); border: 1px solid var(--line); border-radius: 5px; padding: 6px 10px;
  min-width: 132px; }
.swatch .chip { color: var(--bright); }
.swatch div { color: var(--dim); }
details { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; margin-top: 10px; }
summary { cursor: pointer; padding: 9px 14px; color: var(--bright); }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: 4px 14px; border-top: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; font-weight: 400; font-variant-numeric: tabular-nums; }
th { color: var(--dim); }
.good { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 18px; }
footer { color: var(--dim); font-size: 12px; padding: 26px 28px 34px; max-width: 1500px; margin: 0 auto; }
@media print { body { background: #fff; color: #000; } .tools { display: none; } }
"""

SCRIPT = """
const grid = document.getElementById("grid");
if (grid) {
  const cards = [...grid.children], pick = id => document.getElementById(id);
  const shown = pick("shown"), frames = [...document.querySelectorAll(".frame")];
  const order = {
    confidence: (a, b) => a.dataset.order - b.dataset.order,
    area: (a, b) => b.dataset.area - a.dataset.area || a.dataset.order - b.dataset.order,
    frame: (a, b) => a.dataset.frame - b.dataset.frame || a.dataset.order - b.dataset.order,
  };
  const update = () => {
    const frame = pick("by-frame").value, color = pick("by-color").value;
    let count = 0;
    for (const card of cards) {
      const frames = card.dataset.frames.split(" ");
      card.hidden = (frame && !frames.includes(frame)) || (color && card.dataset.color !== color);
      count += !card.hidden;
    }
    cards.sort(order[pick("sort").value]).forEach(card => grid.append(card));
    frames.forEach(tile => tile.classList.toggle("on", tile.dataset.frame === frame));
    shown.textContent = count + " of " + cards.length + " shown";
  };
  ["by-frame", "by-color", "sort"].forEach(id => pick(id).addEventListener("change", update));
  frames.forEach(tile => tile.addEventListener("click", () => {
    const select = pick("by-frame");
    select.value = select.value === tile.dataset.frame ? "" : tile.dataset.frame;
    if (select.selectedIndex < 0) select.value = "";
    update();
  }));
  pick("tools").hidden = false;
  update();
}
"""
