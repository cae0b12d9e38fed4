//! Decides, before anything is stored, which article each file of an import is: no two files get the same address, and a
//! file is known again by where it came from before its slug.

use super::files::FoundFile;
use super::links::Addresses;
use super::{Outline, ReadOptions, read_outline};
use crate::articles;
use crate::articles::draft::Refusal;
use crate::db::Db;
use crate::error::Error;
use crate::paths;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// A file, and what it is to become.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    pub path: PathBuf,
    /// The folder that was named for the import.
    pub named: PathBuf,
    /// The path of the file without symbolic links, which is kept with the article.
    pub origin: String,
    pub slug: String,
    /// The article that came from this file or has its slug.
    pub article: Option<i64>,
    pub is_draft: bool,
    /// Fields of the front matter that have no meaning here.
    pub ignored: BTreeSet<String>,
    /// The path that the text had on another site.
    pub former: Option<String>,
}

/// The files of an import in their order, each with its article or with why it is refused, and their addresses.
pub struct Plan {
    pub files: Vec<Result<PlannedFile, (PathBuf, Refusal)>>,
    /// Files that are no articles.
    pub skipped: Vec<PathBuf>,
    pub addresses: Addresses,
}

/// Which articles there are for the files of an import.
struct Known {
    /// By origin: id and slug.
    origins: HashMap<String, (i64, String)>,
    /// By slug: id.
    slugs: HashMap<String, i64>,
    /// By current or former slug: id, and the file that the article came from.
    aliases: HashMap<String, (i64, Option<String>)>,
}

/// Plans the import of these files.
///
/// # Errors
/// Of the database.
pub fn plan(db: &Db, found: &[FoundFile], options: &ReadOptions) -> Result<Plan, Error> {
    let (mut read, mut skipped) = (Vec::new(), Vec::new());
    for file in found {
        match read_outline(&file.path, options) {
            Ok(Some(outline)) => read.push((file, Ok(outline))),
            Ok(None) => skipped.push(file.path.clone()),
            Err(refusal) => read.push((file, Err(refusal))),
        }
    }
    let outlines = || read.iter().filter_map(|(_, outline)| outline.as_ref().ok());
    let origins: Vec<String> = outlines().map(|outline| outline.origin.clone()).collect();
    let slugs: Vec<String> = outlines().flat_map(Outline::slugs).cloned().collect();
    let aliases: Vec<String> = outlines()
        .flat_map(|outline| outline.aliases.clone())
        .collect();
    let known = db.read_now(|conn| {
        Ok(Known {
            origins: articles::identity::by_origins(conn, &origins)?,
            slugs: articles::identity::by_slugs(conn, &slugs)?,
            aliases: articles::identity::by_slugs_or_former(conn, &aliases)?,
        })
    })?;
    let mut order: Vec<usize> = (0..read.len()).collect();
    order.sort_by_key(|at| match &read[*at].1 {
        Ok(outline) => known.rank(outline),
        Err(_) => 0,
    });
    let mut claims = Claims::default();
    let mut files: Vec<Option<Result<PlannedFile, (PathBuf, Refusal)>>> =
        read.iter().map(|_| None).collect();
    // What was imported before may be linked to as well.
    let mut addresses = Addresses::default();
    for (origin, slug) in db.read_now(articles::identity::origins)? {
        addresses.add(Path::new(&origin), &slug, &[]);
    }
    for at in order {
        let (file, outline) = &read[at];
        let planned = match outline {
            Err(refusal) => Err(refusal.clone()),
            Ok(outline) => claims.claim(file, outline, &known),
        };
        if let (Ok(planned), Ok(outline)) = (&planned, outline) {
            addresses.add(
                Path::new(&planned.origin),
                &planned.slug,
                &outline.former_paths,
            );
        }
        files[at] = Some(planned.map_err(|refusal| (file.path.clone(), refusal)));
    }
    Ok(Plan {
        files: files.into_iter().flatten().collect(),
        skipped,
        addresses,
    })
}

impl Known {
    /// Who claims first: a file whose article has its slug already; one that has the slug of an article; one whose article
    /// has another slug; then the new ones.
    fn rank(&self, outline: &Outline) -> u8 {
        match self.origins.get(&outline.origin) {
            Some((_, slug)) if outline.slugs().any(|own| own == slug) => 0,
            None if self.slugs.contains_key(&outline.slug) => 1,
            Some(_) => 2,
            None => 3,
        }
    }
}

impl Outline {
    /// The slugs that it may get, the best first.
    fn slugs(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.slug).chain(&self.more_slugs)
    }
}

/// The addresses and articles that files of this import have.
#[derive(Default)]
struct Claims {
    slugs: HashMap<String, PathBuf>,
    articles: HashSet<i64>,
    /// Former addresses.
    former: HashMap<String, PathBuf>,
}

impl Claims {
    fn claim(
        &mut self,
        file: &FoundFile,
        outline: &Outline,
        known: &Known,
    ) -> Result<PlannedFile, Refusal> {
        let by_origin = known.origins.get(&outline.origin);
        // The one that its article has goes first, so that the next import finds the same.
        let current = by_origin.map(|(_, slug)| slug);
        let current = outline.slugs().find(|own| Some(*own) == current);
        let mut slugs = current.into_iter().chain(outline.slugs());
        let Some(slug) = slugs.find(|slug| !self.slugs.contains_key(*slug)) else {
            let first = &self.slugs[&outline.slug];
            let why = format!(
                "{} has the same address, {}; give one of the two a slug of its own",
                first.display(),
                paths::article(&outline.slug)
            );
            return Err(Refusal::at(1, why));
        };
        let mut ignored = outline.ignored.clone();
        for former in &outline.former_paths {
            match self.former.get(former) {
                Some(first) => {
                    ignored.insert(format!("{former}, which {} has too", first.display()));
                }
                None => {
                    self.former.insert(former.clone(), file.path.clone());
                }
            }
        }
        let article = by_origin.map(|(id, _)| *id);
        let article = article.or_else(|| known.slugs.get(slug).copied());
        let aliases = outline.aliases.iter();
        // An article that came from another file, which is still there, is not this one under a former name.
        let is_free = |(_, origin): &&(i64, Option<String>)| {
            origin.as_ref().is_none_or(|file| !Path::new(file).exists())
        };
        let mut former = aliases.filter_map(|alias| known.aliases.get(alias));
        let article = article.or_else(|| former.find(is_free).map(|(id, _)| *id));
        let article = article.filter(|id| self.articles.insert(*id));
        self.slugs.insert(slug.clone(), file.path.clone());
        Ok(PlannedFile {
            path: file.path.clone(),
            named: file.named.clone(),
            origin: outline.origin.clone(),
            slug: slug.clone(),
            article,
            is_draft: outline.is_draft,
            ignored,
            former: outline.address.clone(),
        })
    }
}
