// agent/status/style.cpp: how the page looks, and its icon.
#include "agent/status/page.hpp"

namespace tributary::status {

std::string_view style_sheet() {
  return R"css(:root{color-scheme:light dark;--ink:#15202b;--soft:#566472;--rule:#e3e8ed;--paper:#fff;--back:#f5f7f9;
--accent:#0a63b0;--tint:#e7f0f9;--held:#8a4b00;--heldt:#fdf3e3;--no:#b3261e;--not:#fdeceb}
@media(prefers-color-scheme:dark){:root{--ink:#e4eaf0;--soft:#9dabb8;--rule:#27323d;--paper:#141c24;--back:#0d1319;
--accent:#74b6f2;--tint:#16293b;--held:#f0b765;--heldt:#2b2213;--no:#ff968d;--not:#321a19}}
*{box-sizing:border-box}
body{margin:0;font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--back);
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
a{color:var(--accent);text-underline-offset:.15em;text-decoration-thickness:1px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem;top:.5rem;padding:.5rem 1rem;background:var(--paper);z-index:1}
.skip:focus{left:1rem}
header,main,footer{max-width:88rem;margin:0 auto;padding:0 1.5rem}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.5rem;padding-top:1rem;padding-bottom:1rem}
.brand{display:flex;align-items:center;gap:.6rem;color:inherit;text-decoration:none;font-weight:600;margin-right:auto}
nav{display:flex;gap:1rem}nav a{color:var(--soft);text-decoration:none;padding:.15rem 0}
nav a[aria-current]{color:var(--ink);box-shadow:0 2px var(--accent)}
#live{color:var(--soft);font-size:.87rem}
#live::before{content:"";display:inline-block;width:.5rem;height:.5rem;margin-right:.4rem;border-radius:50%;
background:var(--accent)}
#live.off::before{background:none;border:2px solid var(--held)}
.hero{border-left:4px solid var(--accent);padding:.1rem 0 .1rem 1rem;margin:.5rem 0 1.5rem}
.hero.held{border-color:var(--held)}.hero.refused{border-color:var(--no)}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.01em;margin:0}
.hero p{margin:.3rem 0 0;color:var(--soft)}
h2{font-size:1rem;margin:0 0 .6rem}
section{margin:0 0 2rem}
.told{background:var(--tint);padding:.7rem 1rem;border-radius:.4rem}
.alarms{list-style:none;margin:0;padding:0}
.alarms li{background:var(--not);border-left:4px solid var(--no);padding:.7rem 1rem;margin:0 0 .5rem;
border-radius:0 .4rem .4rem 0;overflow-wrap:anywhere}
p{margin:0}.alarms p:first-child{font-weight:600}
.cure{color:var(--ink)}.cure::before{content:"\2192\a0";color:var(--accent);font-weight:600}
.soft,small{color:var(--soft)}small{font-size:.84rem;display:block}
#glance{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;align-items:stretch;background:var(--paper);
border:1px solid var(--rule);border-radius:.6rem;padding:1.1rem 1.4rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7rem,1fr));gap:.9rem 1.2rem;flex:1 1 40rem;margin:0}
dt{color:var(--soft);font-size:.84rem}dd{margin:0}
.tiles dd{font-size:1.5rem;font-weight:600;line-height:1.25;letter-spacing:-.01em;white-space:nowrap}
.tiles small{font-weight:400;letter-spacing:0}
.tiles .held dd,.facts .held dd{color:var(--held)}.tiles .refused dd,.facts .refused dd{color:var(--no)}
table{border-collapse:collapse;width:100%;text-align:left}
.week{flex:0 1 18rem;table-layout:fixed;display:grid;grid-template-rows:auto 1fr auto}
.week caption{text-align:left;color:var(--soft);font-size:.84rem;display:block}
.week thead,.week tbody{display:block}.week tr{display:grid;grid-template-columns:repeat(7,1fr);gap:.35rem}
.week thead{order:3}.week th{text-align:center;padding:.1rem 0 0;border:0}
.week td{padding:0;border:0;text-align:center;font-size:.84rem}
.week svg{display:block;width:100%;height:2.6rem;fill:var(--accent)}
.cols{display:grid;grid-template-columns:minmax(0,1fr);gap:0 2rem}
@media(min-width:75rem){.cols{grid-template-columns:minmax(0,1fr) 24rem}}
.cols section,.list section{background:var(--paper);border:1px solid var(--rule);border-radius:.6rem;
padding:1rem 1.4rem}
.cols section{margin-bottom:1.2rem}
.list h1{font-size:1.3rem;margin:0 0 .8rem;overflow-wrap:anywhere}
th,td{padding:.55rem 1rem .55rem 0;border-bottom:1px solid var(--rule);vertical-align:top;unicode-bidi:isolate}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-size:.84rem;font-weight:500;padding-top:0}
tbody th{font-weight:500}tbody tr:last-child>*{border-bottom:0}
code{font:.88em ui-monospace,monospace;overflow-wrap:anywhere;unicode-bidi:isolate}
small code{font-size:.95em}
.n{text-align:right;white-space:nowrap}
.why,.go,.cure{overflow-wrap:anywhere}td.why,td.go{min-width:13rem}.to small{min-width:11.4rem}
.id{white-space:nowrap}.id code{overflow-wrap:normal}tbody th small{font-weight:400}
.b{display:inline-block;white-space:nowrap;padding:0 .5rem;border-radius:1rem;font-size:.84rem;font-weight:500;
background:var(--tint);color:var(--accent)}
.b.held,.b.settling,.b.unclear,.b.unrecognised{background:var(--heldt);color:var(--held)}
.b.refused,.b.failed{background:var(--not);color:var(--no)}
.b.waiting,.b.queued,.b.withdrawn,.b.cancelled,.b.running{background:var(--back);color:var(--soft)}
progress{appearance:none;border:0;width:100%;max-width:18rem;height:.4rem;display:block;margin:.45rem 0 .3rem;
border-radius:1rem;background:var(--tint);overflow:hidden}
progress::-webkit-progress-bar{background:var(--tint)}
progress::-webkit-progress-value{background:var(--accent);transition:width .6s}
progress::-moz-progress-bar{background:var(--accent)}
.runs td,.runs thead th:nth-child(n+2){text-align:center;padding-left:0;padding-right:0;width:5.6rem}
.runs .st{position:relative;vertical-align:middle}
.runs .st::before{content:"";position:absolute;left:0;right:0;top:50%;border-top:2px solid var(--rule)}
.runs .on::before{border-color:var(--accent)}
.runs .first::before{left:50%}.runs .st:last-child::before{right:50%}
.runs .st>*{position:relative}.runs .st .sr{position:absolute}
.runs i{display:inline-block;width:.6rem;height:.6rem;border-radius:50%;background:var(--paper);
border:2px solid var(--rule);vertical-align:middle}
.runs .on i{background:var(--accent);border-color:var(--accent)}
.runs b{display:inline-block;min-width:1.6rem;padding:0 .4rem;border-radius:1rem;font-size:.87rem;line-height:1.6rem;
background:var(--paper);box-shadow:inset 0 0 0 2px var(--accent);color:var(--accent)}
.runs b.done{background:var(--accent);color:var(--paper)}
.runs b+b{margin-left:.15rem}
.runs b.held{box-shadow:inset 0 0 0 2px var(--held);color:var(--held)}
.runs b.refused{box-shadow:inset 0 0 0 2px var(--no);color:var(--no)}
.facts{margin:0}.facts div{display:flex;justify-content:space-between;gap:1rem;padding:.3rem 0}
.facts dt{font-size:inherit}
.more{margin:.7rem 0 0}.more a{margin-right:1.2rem}.list>.more{margin:0 0 1rem}
form{margin:0}button,input{font:inherit;color:inherit}
button{background:var(--paper);border:1px solid var(--soft);border-radius:.4rem;padding:.2rem .8rem;cursor:pointer}
button:hover{border-color:var(--accent);color:var(--accent)}
.n button{margin-top:.4rem}.act{display:inline-block;font-size:.84rem;margin-top:.3rem}
.ask{display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:center;border-left:4px solid var(--no)}
.ask p{flex:1 1 30rem}.told,.ask{margin:0 0 1rem}
tbody th p{font-size:.84rem;font-weight:400}
input{background:var(--paper);border:1px solid var(--soft);border-radius:.4rem;padding:.25rem .6rem;width:16rem;
max-width:100%}
footer{color:var(--soft);font-size:.87rem;padding-top:.5rem;padding-bottom:2rem;display:flex;flex-wrap:wrap;
gap:1rem 3rem;justify-content:space-between}
footer form{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}
summary{cursor:pointer}details form{margin-top:.6rem}
@media(max-width:60rem){header,main,footer{padding-left:1rem;padding-right:1rem}
h1{font-size:1.4rem}#glance,.cols section,.list section{padding:.9rem 1rem}
.tiles{grid-template-columns:1fr 1fr;flex-basis:100%}.tiles dd{font-size:1.3rem}.week{flex-basis:100%}
.parcels thead,.runs thead th:first-child{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.parcels,.parcels tbody,.parcels td,.parcels th,.runs,.runs thead,.runs tbody,.runs th{display:block}
.parcels tr{display:flex;flex-wrap:wrap;gap:.2rem .8rem;align-items:baseline;padding:.7rem 0;
border-bottom:1px solid var(--rule)}
.parcels .id,.parcels .why,.parcels .go,.parcels .to{flex:1 1 100%}
.parcels .to small{display:inline;margin-left:.6rem}
.parcels .why,.parcels .go,.parcels .to{order:1}.parcels .n{margin-left:auto}
.parcels td:empty{display:none}.parcels form,.parcels .act{display:inline-block;margin-left:.8rem}
.parcels tr:last-child{border:0;padding-bottom:0}
.parcels tbody>tr>*{border:0;padding:0 0 .25rem}.parcels .n{text-align:left}
td.why,td.go{min-width:0}.id{white-space:normal}.parcels td,.parcels th{width:auto}
.runs tr{display:grid;grid-template-columns:repeat(7,1fr);padding:.7rem 0;border-bottom:1px solid var(--rule)}
.runs tbody>tr>*{border:0}.runs tbody th{grid-column:1/-1;padding:0 0 .5rem}
.runs td,.runs thead th:nth-child(n+2){width:auto}.runs td{padding:.3rem 0}
.runs thead tr{align-items:end;padding-top:0}.runs thead th{border:0;padding-bottom:0}.runs .st::before{top:1.1rem}
.runs td.st>i{display:block;margin:.5rem auto 0}.runs td.st>b+b{display:block;width:fit-content;margin:.2rem auto 0}
.runs td.first:not(.on){white-space:nowrap;text-align:left}}
@media(max-width:40rem){.runs thead th{writing-mode:vertical-rl;transform:rotate(180deg);justify-self:center}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}
@media(forced-colors:active){.b,.hero,.alarms li{border:1px solid}
progress::-webkit-progress-value{background:Highlight}}
@media print{header nav,footer,#live{display:none}}
)css";
}

std::string_view icon() {
  return R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none"
stroke="#2f86d6" stroke-width="2.4" stroke-linecap="round">
<path d="M4 3c0 6 8 5 8 12v6M12 3v6M20 3c0 6-8 5-8 12"/></svg>
)svg";
}

}  // namespace tributary::status
