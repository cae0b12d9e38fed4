//! The fonts that pictures are drawn with: the built-in ones, which `build.rs` unpacks, and those of the system for characters
//! that they lack.

use resvg::usvg::fontdb;
use std::sync::{Arc, OnceLock};
use ttf_parser::{Face, Tag};

include!(concat!(env!("OUT_DIR"), "/fonts.rs"));

/// The built-in fonts: Latin, Greek and Cyrillic.
pub fn built_in() -> &'static Arc<fontdb::Database> {
    static OURS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    OURS.get_or_init(|| {
        let mut database = fontdb::Database::new();
        for font in [SERIF, SANS] {
            // Borrowed: they are part of the program.
            let source: Arc<dyn AsRef<[u8]> + Sync + Send> = Arc::new(font);
            database.load_font_source(fontdb::Source::Binary(source));
        }
        Arc::new(database)
    })
}

/// The built-in fonts and the system's.
pub fn with_system() -> &'static Arc<fontdb::Database> {
    static ALL: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = (**built_in()).clone();
        all.load_system_fonts();
        Arc::new(all)
    })
}

/// The name of the built-in font family that contains `part`.
pub fn family(part: &str) -> String {
    let names = built_in()
        .faces()
        .flat_map(|face| face.families.iter().map(|f| f.0.clone()));
    let mut found = names.filter(|name| name.contains(part));
    found.next().unwrap_or_else(|| part.to_owned())
}

/// Whether a font has a character, among the built-in ones or also those of the system.
pub fn has(database: &fontdb::Database, c: char) -> bool {
    let ids: Vec<fontdb::ID> = database.faces().map(|face| face.id).collect();
    ids.into_iter().any(|id| {
        let found = database.with_face_data(id, |data, index| {
            let face = Face::parse(data, index).ok()?;
            face.glyph_index(c)
        });
        found.flatten().is_some()
    })
}

/// Measures text in the built-in serif font at one weight.
pub struct Ruler {
    face: Option<Face<'static>>,
}

impl Ruler {
    pub fn serif(weight: f32) -> Ruler {
        let mut face = Face::parse(SERIF, 0).ok();
        if let Some(face) = &mut face {
            face.set_variation(Tag::from_bytes(b"wght"), weight);
        }
        Ruler { face }
    }

    /// The width of a text in pixels. A character that the font does not have is taken as 1 em, as wide as Chinese ones are.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |c: char| {
            let known = self.face.as_ref().and_then(|face| {
                let width = face.glyph_hor_advance(face.glyph_index(c)?)?;
                Some(f32::from(width) / f32::from(face.units_per_em()))
            });
            known.unwrap_or(1.0)
        };
        text.chars().map(advance).sum::<f32>() * size
    }
}
