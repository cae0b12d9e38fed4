//! Plots cost against database size, as SVG. Flat lines mean that the cost does not depend on the size.

use super::Measured;
use std::collections::BTreeMap;
use std::fmt::Write;

const COLOURS: [&str; 8] = [
    "#1a6b5a", "#a8322d", "#2f5d8a", "#b07a1e", "#6b4a8a", "#3d7a2e", "#8a5a3d", "#555555",
];

pub fn svg(measured: &[Measured]) -> String {
    let mut lines: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for m in measured.iter().filter(|m| m.plotted) {
        lines
            .entry(&m.name)
            .or_default()
            .push((m.size as f64, m.ours.p50));
    }
    let all = || lines.values().flatten();
    let most = all().map(|(_, us)| *us).fold(100.0, f64::max);
    let smallest = all().map(|(n, _)| n.log10()).fold(f64::INFINITY, f64::min);
    let largest = all().map(|(n, _)| n.log10()).fold(smallest + 1.0, f64::max);
    let x = |n: f64| 80.0 + 520.0 * (n.log10() - smallest) / (largest - smallest);
    let y = |us: f64| 360.0 - 320.0 * us / most;
    let mut out = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 420\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"960\" height=\"420\" fill=\"#fff\"/>\n\
         <text x=\"80\" y=\"22\" font-size=\"15\">What one request costs (p50, µs, one connection), by comments in the database</text>\n",
    );
    for step in 0..=4 {
        let us = most * f64::from(step) / 4.0;
        let _ = writeln!(
            out,
            "<path d=\"M80 {0:.0}H600\" stroke=\"#ddd\"/><text x=\"72\" y=\"{1:.0}\" text-anchor=\"end\">{us:.0}</text>",
            y(us),
            y(us) + 4.0
        );
    }
    let mut sizes: Vec<f64> = all().map(|(n, _)| *n).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    for n in sizes {
        let _ = writeln!(
            out,
            "<text x=\"{:.0}\" y=\"382\" text-anchor=\"middle\">{n}</text>",
            x(n)
        );
    }
    for (at, (name, points)) in lines.iter().enumerate() {
        let colour = COLOURS[at % COLOURS.len()];
        let path: Vec<String> = points
            .iter()
            .map(|(n, us)| format!("{:.1},{:.1}", x(*n), y(*us)))
            .collect();
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for (n, us) in points {
            let _ = writeln!(
                out,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                x(*n),
                y(*us)
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"630\" y=\"{0}\" fill=\"{colour}\">{name}</text>",
            50 + at * 20
        );
    }
    out.push_str("</svg>\n");
    out
}
