namespace TextOps.Runner.Evaluate.Report;

/// <summary>The report's style sheet: light and dark by the reader's setting, whole on paper. It holds no <c>&lt;</c> and no <c>&amp;</c>, so it is the same in HTML and XML.</summary>
internal static class ReportStyle
{
    /// <summary>The rules.</summary>
    public const string Css =
        """

        :root{color-scheme:light dark;--page:#f4f6f9;--card:#ffffff;--text:#18202c;--muted:#5d6b7e;--line:#dfe4ec;--soft:#eef1f6;--accent:#2f6fdb;--good:#0b7a55;--goodsoft:#dff5ec;--bad:#b42318;--badsoft:#fde8e6;--strong:#ffffff;
        --s0:#2f6fdb;--s1:#e8590c;--s2:#0c8f6a;--s3:#9c36b5;--s4:#c2255c;--s5:#0b8299;--s6:#8a6d00;--s7:#6b7280}
        @media (prefers-color-scheme:dark){:root{--page:#0e131b;--card:#171e29;--text:#e4e9f1;--muted:#94a2b8;--line:#2a3444;--soft:#202938;--accent:#6ea8fe;--good:#4fd6a4;--goodsoft:#12342a;--bad:#ff8b80;--badsoft:#3d1c1b;--strong:#0b1018;
        --s0:#6ea8fe;--s1:#ff9d5c;--s2:#3fd0a0;--s3:#d68df0;--s4:#f783ac;--s5:#4cc9dc;--s6:#d9b93b;--s7:#aab4c3}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
        main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}
        h1{font-size:28px;line-height:1.2;margin:0;overflow-wrap:anywhere}
        h2{font-size:18px;margin:0 0 14px}
        h3{font-size:14px;margin:22px 0 8px;color:var(--muted);font-weight:600}
        p{margin:0 0 12px;overflow-wrap:anywhere}
        figure p{margin:6px 0 0}
        section,header{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:22px 24px;margin:0 0 18px}
        header{display:flex;flex-wrap:wrap;gap:20px 40px;justify-content:space-between;align-items:center}
        header>div:first-child{flex:1 1 380px;min-width:0}
        .pill{display:inline-block;border-radius:999px;padding:2px 12px;font-size:13px;font-weight:600;background:var(--soft);color:var(--muted);margin:10px 8px 0 0}
        .pill.good{background:var(--goodsoft);color:var(--good)}
        .pill.bad{background:var(--badsoft);color:var(--bad)}
        .facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 18px;margin:16px 0 0;font-size:14px}
        .facts dt{color:var(--muted)}
        .facts dd{margin:0;overflow-wrap:anywhere}
        .objective{text-align:right}
        .objective .value{font-size:54px;line-height:1.1;font-weight:700;letter-spacing:-.02em;color:var(--accent);font-variant-numeric:tabular-nums}
        .objective .of{font-weight:600;overflow-wrap:anywhere}
        .muted{color:var(--muted);font-size:13px}
        table{border-collapse:collapse;width:100%;font-size:14px}
        th,td{text-align:left;padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--muted);font-weight:600;font-size:13px;white-space:nowrap}
        tbody tr:last-child td{border-bottom:0}
        th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:24px}
        th.n:last-child,td.n:last-child{padding-right:4px}
        td.l{overflow-wrap:anywhere;min-width:150px}
        td code,dd code{font-size:13px}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        .verdict{font-weight:700;white-space:nowrap}
        .verdict.good{color:var(--good)}
        .verdict.bad{color:var(--bad)}
        tr.fitted td{background:var(--soft)}
        .fitted .chips code{background:var(--line)}
        .across td.muted{min-width:210px}
        .scroll{overflow:auto;max-height:460px}
        .scroll thead th{position:sticky;top:0;background:var(--card)}
        .across{overflow-x:auto}
        .chips{display:flex;flex-wrap:wrap;gap:4px 6px}
        .chips code{background:var(--soft);border-radius:6px;padding:1px 7px;font-size:12.5px;overflow-wrap:anywhere}
        .wide{margin-bottom:18px}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:20px}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:6px 36px}
        .columns>div{min-width:0}
        .columns td.l{min-width:90px}
        .beside{display:flex;flex-wrap:wrap;gap:10px 48px;align-items:flex-start}
        .beside>.across{flex:0 1 auto;min-width:0;max-width:100%}
        .beside>.list{flex:1 1 340px;min-width:0}
        .list th.n,.list td.n{padding-right:12px}
        .list td.l{min-width:90px}
        .list h3{margin-top:0}
        figure{margin:0;min-width:0}
        figcaption{font-weight:600;font-size:14px;margin:0 0 6px}
        svg.chart{max-width:100%;height:auto;display:block}
        svg text{fill:var(--text);font-size:12px;font-family:inherit}
        svg .tick{fill:var(--muted);font-size:11.5px}
        svg .name{fill:var(--muted);font-size:12px}
        .grid{stroke:var(--line);stroke-width:1}
        .axis{stroke:var(--muted);stroke-width:1}
        .diagonal{stroke:var(--muted);stroke-width:1;stroke-dasharray:4 4}
        .curve{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
        .dot{fill:var(--c);stroke:var(--card);stroke-width:1}
        .area{fill:var(--c)}
        .s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}.s5{--c:var(--s5)}.s6{--c:var(--s6)}.s7{--c:var(--s7)}
        .cell{fill:var(--soft)}
        .right{fill:var(--s0)}
        .wrong{fill:var(--s1)}
        svg .count{font-size:15px;font-weight:600}
        svg .count.small{font-size:11px}
        svg .part{font-size:11.5px}
        svg .strong{fill:var(--strong)}
        .bestsofar{fill:none;stroke:var(--muted);stroke-width:1.5;stroke-dasharray:5 3}
        .ring{fill:none;stroke:var(--text);stroke-width:2}
        .cross{fill:none;stroke:var(--bad);stroke-width:2}
        svg.bar{display:block;margin-top:4px}
        .track{fill:var(--line)}
        .fill{fill:var(--accent);fill-opacity:.75}
        .whisker{stroke:var(--text);stroke-width:1.5}
        svg.splits{width:100%;height:20px;border-radius:6px;display:block}
        .legend{list-style:none;display:flex;flex-wrap:wrap;gap:3px 16px;margin:8px 0 0;padding:0;font-size:13px;color:var(--muted)}
        ul.plain{margin:0;padding-left:20px;font-size:14px}
        .legend li{overflow-wrap:anywhere}
        .key{display:inline-block;width:11px;height:11px;border-radius:3px;background:var(--c);margin-right:6px}
        .key.best{height:0;width:18px;border-top:2px dashed var(--muted);border-radius:0;background:none;vertical-align:4px}
        .key.ringed{border:2px solid var(--text);border-radius:50%;background:none;vertical-align:-1px}
        .key.crossed{background:var(--bad)}
        @media (max-width:640px){.across table{min-width:560px}.objective{text-align:left}section,header{padding:18px 16px}}
        @media print{@page{margin:14mm}body{background:none;font-size:11.5px}main{max-width:none;padding:0 1px}
        section,header{padding:14px 16px;break-inside:avoid;border-color:#ccd}.long{break-inside:auto}tr,figure{break-inside:avoid}h2,h3{break-after:avoid}
        table,dl.facts{font-size:11px}td,th{padding-top:2px;padding-bottom:2px}.muted,.legend,th,td code,.chips code{font-size:10.5px}.across td.muted{min-width:0}svg.bar{width:90px;margin-top:1px}
        .scroll,.across{max-height:none;overflow:visible}.charts{grid-template-columns:repeat(3,1fr)}.columns{grid-template-columns:1fr 1fr}.columns svg.bar{width:60px}ul.plain{font-size:11px}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

        """;
}
