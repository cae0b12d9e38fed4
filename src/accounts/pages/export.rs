//! `/account/export`: a copy of all that is stored about one's account.

use crate::accounts::export::{self, Export};
use crate::accounts::proof;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::paths;
use crate::sessions;
use crate::web::fields::{ButtonForm, FormPage, Link};
use crate::web::files;
use crate::web::limits::Rule;
use crate::web::{EmptyForm, FormBody, Page, Shared, SignedIn, State, page};
use actix_web::http::header::{
    self, ContentDisposition, DispositionParam, DispositionType, HeaderValue,
};
use actix_web::{HttpRequest, HttpResponse, web};

/// Exports that an account can ask for in a day.
const A_DAY: usize = 5;

async fn find(state: &State, account: i64) -> Result<Option<Export>, Error> {
    let now = state.db.now();
    state
        .db
        .read(move |conn| export::find(conn, account, now))
        .await
}

/// `GET /account/export`
pub async fn show(state: Shared, account: SignedIn) -> Result<HttpResponse, Error> {
    let found = find(&state, account.id).await?;
    let (t, site) = (state.t(), state.site());
    let back = Link {
        href: paths::ACCOUNT.into(),
        text: t.back_to_account(),
    };
    let page = Page::new(&state, &account.viewer(), &t.export_heading()).unlisted();
    let mut form = FormPage {
        intro: t.export_intro(),
        ..FormPage::new(
            page,
            t.export_heading(),
            paths::ACCOUNT_EXPORT,
            t.export_button(),
        )
    };
    match found {
        Some(one) if one.file.is_empty() => {
            form.done = t.export_being_made();
            form.button = String::new();
        }
        Some(one) => {
            let until = one.expires_at.map_or(String::new(), |end| site.minute(end));
            form.done = t.export_ready(&until);
            form.button = String::new();
            form.forms.push(ButtonForm {
                action: paths::ACCOUNT_EXPORT.into(),
                fields: Vec::new(),
                hint: String::new(),
                button: t.export_again(),
            });
            form.more.push(Link {
                href: paths::ACCOUNT_EXPORT_FILE.into(),
                text: t.export_download(),
            });
        }
        None => {}
    }
    form.more.push(back);
    form.answer()
}

/// `POST /account/export`
pub async fn request(
    state: Shared,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    proof::require_fresh(&state, &account, paths::ACCOUNT_EXPORT)?;
    let now = state.db.now();
    let rules = vec![Rule::new("export", account.id, A_DAY, Time::DAY)];
    let reserved = state.limits.reserve(rules, now).await?;
    let work = move |conn: &mut Conn, who: &SignedIn| {
        reserved.count(conn)?;
        export::request(conn, who.id, now)
    };
    let before = find(&state, account.id).await?;
    sessions::write(&state, &account, work).await?;
    if let Some(before) = before.filter(|one| !one.file.is_empty()) {
        let data = state.config.data.clone();
        let deleted = web::block(move || export::delete(&data, &before.file)).await;
        deleted.map_err(Error::internal)?;
    }
    Ok(page::see_other(paths::ACCOUNT_EXPORT))
}

/// `GET /account/export/file`: the ZIP file, for its owner alone.
pub async fn file(
    state: Shared,
    account: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    proof::require_fresh(&state, &account, paths::ACCOUNT_EXPORT)?;
    let found = find(&state, account.id).await?;
    let found = found.filter(|one| !one.file.is_empty());
    let name = found.ok_or(Error::NotFound)?.file;
    let path = export::folder(&state.config.data).join(name);
    let file = files::open(path)
        .await?
        .set_content_disposition(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(format!(
                "{}.zip",
                account.username
            ))],
        });
    let mut response = file.into_response(&request);
    let private = HeaderValue::from_static("private, no-store");
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, private);
    Ok(response)
}
