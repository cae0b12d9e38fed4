//! Build script: generates static files under hashed names, compressed, unpacked fonts, and one typed function for each message
//! of the interface text.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    for watched in ["migrations", "src/fonts", "static", "templates/text"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("assets.rs"), assets(&out)).expect("OUT_DIR is writable");
    fs::write(out.join("interface.rs"), interface()).expect("OUT_DIR is writable");
    fs::write(out.join("fonts.rs"), fonts(&out)).expect("OUT_DIR is writable");
}

/// Unpacks the fonts that pictures are drawn with; the code that includes them. Each is one file with all its letters,
/// because text is shaped font by font and a word must not need two. They are made from Adobe's variable fonts (npm:
/// `source-serif` 4.5.1, `source-sans` 3.52.0) with fonttools:
///
/// ```sh
/// fonttools varLib.instancer SourceSerif4Variable-Roman.ttf opsz=20 wght=400:700 -o serif.ttf # and SourceSans3VF-Upright.ttf wght=400:700
/// pyftsubset serif.ttf --flavor=woff2 --output-file=serif.woff2 --name-IDs=1,2,4,6,16,17 --layout-features=kern,mark,mkmk,ccmp,locl,liga \
///   --unicodes=U+20-7E,U+A0-3FF,U+400-52F,U+1AB0-1AFF,U+1C80-1C8A,U+1D00-1FFF,U+2000-20CF,U+2100-214F,U+2190-2199,U+2212,U+2215,U+2260-2265,U+2C60-2C7F,U+2DE0-2DFF,U+A640-A69F,U+A720-A7FF,U+FB00-FB04
/// ```
fn fonts(out: &Path) -> String {
    let mut code = String::new();
    for (constant, name) in [("SERIF", "serif"), ("SANS", "sans")] {
        let packed = fs::read(format!("src/fonts/{name}.woff2")).expect("readable");
        let font = wuff::decompress_woff2(&packed).expect("WOFF2");
        fs::write(out.join(format!("{name}.ttf")), font).expect("writable");
        writeln!(
            code,
            "const {constant}: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.ttf\"));"
        )
        .expect("memory");
    }
    code
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "woff2" => "font/woff2",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "png" => "image/png",
        other => panic!("static/*.{other} has no media type in build.rs"),
    }
}

/// Adds a content hash to the name of every static file. Style sheets come last: each `url(name)` in them is rewritten
/// to the hashed name.
fn assets(out: &Path) -> String {
    let in_folder = |folder: &str| {
        let entries = fs::read_dir(folder).expect("static/ and static/vendor/");
        entries.map(|e| e.expect("entry").path())
    };
    let mut files: Vec<PathBuf> = in_folder("static").collect();
    files.retain(|p| p.is_file() && p.extension().is_none_or(|e| e != "txt"));
    // Beside the bundle it has what the bundle is made with.
    files.extend(in_folder("static/vendor").filter(|p| p.extension().is_some_and(|e| e == "js")));
    files.sort_by_key(|p| (p.extension().is_some_and(|e| e == "css"), p.clone()));
    let mut hashed = BTreeMap::new();
    let mut code = String::from("pub static ASSETS: &[Asset] = &[\n");
    let mut constants = String::new();
    for path in files {
        let name = path
            .file_name()
            .expect("name")
            .to_str()
            .expect("UTF-8")
            .to_owned();
        let mut bytes = fs::read(&path).expect("readable");
        if name.ends_with(".css") {
            let mut css = String::from_utf8(bytes).expect("UTF-8");
            for (plain, with_hash) in &hashed {
                css = css.replace(
                    &format!("url(\"{plain}\")"),
                    &format!("url(\"{with_hash}\")"),
                );
            }
            bytes = css.into_bytes();
        }
        let digest = Sha256::digest(&bytes);
        let hash = digest
            .iter()
            .take(5)
            .fold(String::new(), |s, b| s + &format!("{b:02x}"));
        let (stem, ending) = name.rsplit_once('.').expect("an ending");
        let with_hash = format!("{stem}.{hash}.{ending}");
        fs::write(out.join(&with_hash), &bytes).expect("writable");
        let variants = compressed(out, &with_hash, ending, &bytes);
        writeln!(
            code,
            "Asset {{ name: {name:?}, file: {with_hash:?}, mime: {:?}, plain: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{with_hash}\")), gzip: {}, brotli: {} }},",
            mime(&name),
            variants[0],
            variants[1]
        )
        .expect("memory");
        let constant = name.replace(['.', '-'], "_").to_uppercase();
        writeln!(
            constants,
            "pub const {constant}: &str = \"/static/{with_hash}\";"
        )
        .expect("memory");
        hashed.insert(name, with_hash);
    }
    code + "];\n" + &constants
}

/// Compresses a file with gzip and Brotli; the code that includes each, `None` for formats that are compressed already.
fn compressed(out: &Path, name: &str, ending: &str, bytes: &[u8]) -> [String; 2] {
    if matches!(ending, "woff2" | "png" | "ico") {
        return [String::from("None"), String::from("None")];
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).expect("memory");
    let gzip = gzip.finish().expect("memory");
    let mut brotli = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut brotli, &params).expect("memory");
    [("gz", gzip), ("br", brotli)].map(|(end, bytes)| {
        fs::write(out.join(format!("{name}.{end}")), bytes).expect("writable");
        format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.{end}\")))")
    })
}

/// `some-message = … {$n} …` becomes `fn some_message(self, n: i64) -> String`; `n` and `…_n` are numbers, others text.
/// English is the reference: the build fails if another language lacks a message, has an extra one or takes other
/// arguments.
fn interface() -> String {
    let english = messages("en");
    for other in ["de"] {
        let theirs = messages(other);
        for (id, arguments) in &english {
            match theirs.iter().find(|m| m.0 == *id) {
                None => panic!("templates/text/{other}.ftl has no {id}"),
                Some(m) if m.1 != *arguments => panic!(
                    "templates/text/{other}.ftl: {id} takes {:?}, in English {arguments:?}",
                    m.1
                ),
                Some(_) => {}
            }
        }
        if let Some(m) = theirs.iter().find(|m| !english.iter().any(|e| e.0 == m.0)) {
            panic!(
                "templates/text/{other}.ftl has {}, which English does not know",
                m.0
            );
        }
    }
    let mut code = String::from("impl Interface {\n");
    let mut plain = Vec::new();
    for (id, arguments) in &english {
        let name = id.replace('-', "_");
        let number = |a: &str| a == "n" || a.ends_with("_n");
        let list: String = arguments
            .iter()
            .map(|a| format!(", {a}: {}", if number(a) { "i64" } else { "&str" }))
            .collect();
        writeln!(code, "    pub fn {name}(self{list}) -> String {{").expect("memory");
        if arguments.is_empty() {
            // Formatted once and cached: a page says hundreds of them.
            writeln!(code, "        self.plain()[{}].clone()", plain.len()).expect("memory");
            plain.push(id);
        } else {
            writeln!(code, "        let mut arguments = FluentArgs::new();").expect("memory");
            for a in arguments {
                writeln!(code, "        arguments.set({a:?}, {a});").expect("memory");
            }
            writeln!(code, "        self.say({id:?}, Some(&arguments))").expect("memory");
        }
        code.push_str("    }\n");
    }
    code + "}\n" + &format!("const PLAIN: &[&str] = &{plain:?};\n")
}

/// The messages of a language in their order, each with its arguments.
fn messages(language: &str) -> Vec<(String, BTreeSet<String>)> {
    let file = format!("templates/text/{language}.ftl");
    let source = fs::read_to_string(&file).expect(&file);
    let resource = fluent_syntax::parser::parse(source.as_str())
        .unwrap_or_else(|(_, e)| panic!("{file}: {e:?}"));
    let message = |entry: &fluent_syntax::ast::Entry<&str>| {
        let fluent_syntax::ast::Entry::Message(message) = entry else {
            return None;
        };
        let mut arguments = BTreeSet::new();
        if let Some(pattern) = &message.value {
            collect(pattern, &mut arguments);
        }
        Some((message.id.name.to_owned(), arguments))
    };
    resource.body.iter().filter_map(message).collect()
}

fn collect(pattern: &fluent_syntax::ast::Pattern<&str>, found: &mut BTreeSet<String>) {
    use fluent_syntax::ast::{Expression, InlineExpression, PatternElement};
    fn inline(expression: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
        match expression {
            InlineExpression::VariableReference { id } => {
                found.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => any(expression, found),
            _ => {}
        }
    }
    fn any(expression: &Expression<&str>, found: &mut BTreeSet<String>) {
        match expression {
            Expression::Inline(i) => inline(i, found),
            Expression::Select { selector, variants } => {
                inline(selector, found);
                variants.iter().for_each(|v| collect(&v.value, found));
            }
        }
    }
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            any(expression, found);
        }
    }
}
