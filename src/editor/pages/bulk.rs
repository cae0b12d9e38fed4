//! `POST /admin/articles/bulk`: one action for several articles. Those that were saved meanwhile, or whose status does not allow it,
//! are left alone and named on the next page.

use crate::articles::editing::{self, Request};
use crate::articles::fields::COMMENTS;
use crate::error::Error;
use crate::web::{Editor, FormBody, Shared, page};
use crate::{paths, sessions};
use actix_web::HttpResponse;
use serde::Deserialize;

/// Articles in one form.
const MOST: usize = 100;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct BulkForm {
    /// Each is `ID:REVISION`.
    ids: Vec<String>,
    action: String,
}

/// `POST /admin/articles/bulk`
pub async fn bulk(state: Shared, who: Editor, posted: FormBody) -> Result<HttpResponse, Error> {
    let form: BulkForm = posted.read()?;
    let t = state.t();
    let known = ["unpublish", "delete"];
    if !known.contains(&form.action.as_str()) && !COMMENTS.contains(&form.action.as_str()) {
        return Err(Error::Refused(t.action_unknown()));
    }
    if form.ids.is_empty() {
        return Err(Error::Refused(t.articles_none_picked()));
    }
    if form.ids.len() > MOST {
        return Err(Error::Refused(t.editor_too_many(MOST as i64)));
    }
    let mut wanted: Vec<(i64, String)> = Vec::new();
    for given in &form.ids {
        let (id, version) = given.split_once(':').ok_or(Error::NotFound)?;
        let id = id.parse().map_err(|_| Error::NotFound)?;
        if !wanted.iter().any(|(known, _)| *known == id) {
            wanted.push((id, version.to_owned()));
        }
    }
    // In one order, so that two forms do not wait for each other.
    wanted.sort_unstable();
    let (action, now) = (form.action, state.db.now());
    let left = sessions::write(&state, &who, move |conn, who: &Editor| {
        let mut left = Vec::new();
        for (id, version) in &wanted {
            let request = Request {
                id: *id,
                version,
                who,
                now,
            };
            let changed = match action.as_str() {
                "unpublish" => editing::take_down_as_it_is(conn, request),
                "delete" => editing::delete(conn, request),
                mode => editing::set_comments(conn, request, mode),
            };
            match changed {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(Error::NotFound) => left.push(id.to_string()),
                Err(other) => return Err(other),
            }
        }
        Ok(left)
    });
    let left = left.await?.join(",");
    // A section may be gone from the header.
    state.refresh_site().await?;
    Ok(page::see_other(&paths::admin_articles(&[
        ("done", "bulk".to_owned()),
        ("left", left),
    ])))
}
