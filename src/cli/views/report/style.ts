/** Colours and measures of the page: light, dark and on paper. Colours of text have a contrast of 4.5 or more. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f7f9;--text:#1a1d21;--soft:#555c66;--line:#d5d9df;--link:#0b57d0;--s1:#0b57d0;--s2:#b3400a;--good:#0a7a50;--warn:#8f5600;--bad:#b3201a;--none:#5d646e}
@media (prefers-color-scheme:dark){:root{--bg:#121417;--panel:#1c1f24;--text:#e8eaed;--soft:#a9b0ba;--line:#3a4049;--link:#8ab4f8;--s1:#8ab4f8;--s2:#f7a35c;--good:#4cd3a0;--warn:#f3b64c;--bad:#ff8a80;--none:#a9b0ba}}
@media print{:root{color-scheme:light;--bg:#fff;--panel:#fff;--text:#000;--soft:#444;--line:#bbb;--link:#000;--s1:#0b57d0;--s2:#b3400a;--good:#0a7a50;--warn:#8f5600;--bad:#b3201a;--none:#5d646e}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
main,header,footer{max-width:1360px;margin:0 auto;padding:0 20px}
header{padding-top:24px}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:40px 0 8px;padding-top:8px;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:0 0 6px}
p{margin:6px 0}
a{color:var(--link)}
.soft,.empty,caption,footer{color:var(--soft)}
.skip{position:absolute;left:-999px}
.skip:focus{left:8px;top:8px;background:var(--bg);padding:8px}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:12px 0 0;padding:0}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.note{border:1px solid var(--warn);border-left-width:6px;border-radius:6px;padding:8px 14px;margin:16px 0}
.note ul{margin:4px 0;padding-left:20px}
.note li{overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:12px;margin:14px 0}
.card{margin:0;background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
.card dt{color:var(--soft);font-size:.85rem}
.card dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
.card dd.small{font-size:.85rem;font-weight:400;color:var(--soft)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px;margin:14px 0}
figure{margin:0;background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:12px 14px;min-width:0}
.alone{max-width:640px;margin:14px 0}
figcaption{font-weight:600;margin-bottom:6px}
svg{display:block;width:100%;height:auto}
svg text{font-size:13px;fill:var(--soft)}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}
.grid line{stroke:var(--line);stroke-width:1}
.line{fill:none;stroke-width:2.2;stroke-linejoin:round}
.line.s1{stroke:var(--s1)}.line.s2{stroke:var(--s2);stroke-dasharray:7 4}
.mark.s1,.bar.s1{fill:var(--s1)}.mark.s2{fill:var(--s2)}
.bar.s2{fill:var(--bg);stroke:var(--s2);stroke-width:2}
.target{stroke:var(--good);stroke-width:1.5;stroke-dasharray:2 4}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;padding:0;margin:6px 0 0;font-size:.85rem;color:var(--soft)}
.legend svg{display:inline-block;width:26px;height:10px;margin-right:6px;vertical-align:middle}
details{margin-top:8px;font-size:.9rem}
summary{cursor:pointer;color:var(--link)}
details .scroll{max-height:320px;overflow:auto}
.scroll{overflow-x:auto;margin:8px 0}
.scroll:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,summary:focus-visible,a:focus-visible{outline:3px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:4px 0;font-size:.85rem}
th,td{padding:5px 7px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);unicode-bidi:isolate}
tbody th{font-weight:600;min-width:10rem;max-width:20rem;overflow-wrap:anywhere}
td{overflow-wrap:break-word;max-width:30rem}
thead th{background:var(--panel);white-space:nowrap}
thead button{all:unset;cursor:pointer;font-weight:600}
thead button::after{content:" \\2195";color:var(--soft)}
th[aria-sort=ascending] button::after{content:" \\2191";color:var(--text)}
th[aria-sort=descending] button::after{content:" \\2193";color:var(--text)}
.n{text-align:right;white-space:nowrap}
tr[hidden]{display:none}
code{font:.85em/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.tag{white-space:nowrap;font-weight:600}
.tag::before{content:"";display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.4em;background:currentColor}
.healthy,.yes{color:var(--good)}.warning{color:var(--warn)}.critical,.no{color:var(--bad)}.unknown{color:var(--none)}
.warning::before{border-radius:0;transform:rotate(45deg) scale(.85)}.critical::before{border-radius:2px}.unknown::before{background:none;border:2px solid currentColor}
.tools{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:end;margin:10px 0}
.tools[hidden]{display:none}
.tools label{display:block;font-size:.85rem;color:var(--soft)}
.tools input,.tools select{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--soft);border-radius:6px;padding:6px 10px;min-height:40px;max-width:100%}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,360px),1fr));gap:0 28px}
.facts div{display:flex;gap:10px;border-bottom:1px solid var(--line);padding:4px 0}
.facts dt{flex:0 0 9rem;color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:40px;padding-bottom:32px;font-size:.85rem}
@media (max-width:600px){table{width:max-content;min-width:100%}td{max-width:15rem}body{font-size:15px}main,header,footer{padding-left:12px;padding-right:12px}.cards{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}.card{padding:8px 10px}.card dd{font-size:1.1rem}th,td{padding:5px 7px}tbody th{min-width:7.5rem;max-width:9rem}.headed tr>th:first-child{position:sticky;left:0;z-index:1;background:var(--bg)}.headed thead tr>th:first-child{background:var(--panel)}svg text{font-size:15px}}
@media print{@page{size:landscape;margin:10mm}body{font-size:10pt}main,header,footer{max-width:none;padding:0}nav,.tools,.skip,details{display:none}.scroll{overflow:visible}table{font-size:7.5pt}th,td{padding:2pt 4pt}tbody th{min-width:6rem;overflow-wrap:break-word}thead{display:table-header-group}thead th,td,th{white-space:normal}tr,figure,.card{break-inside:avoid}h2{break-after:avoid}thead button::after{content:""}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.charts{grid-template-columns:1fr 1fr}}
`;
