//! `/account/two-factor`: codes of an app as second factor, and recovery codes.

use crate::accounts::proof;
use crate::accounts::two_factor::{self, State as Factors};
use crate::db::Conn;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions;
use crate::web::fields::{ButtonForm, Field};
use crate::web::form::unknown_field;
use crate::web::limits::Reserved;
use crate::web::{FormBody, Page, Shared, SignedIn, State, error_pages, page};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, QrCode};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "accounts/two_factor.html")]
struct TwoFactorPage {
    page: Page,
    t: Interface,
    intro: String,
    alert: String,
    done: String,
    action: &'static str,
    /// A secret to be confirmed.
    setup: Option<Setup>,
    /// New recovery codes, shown once.
    codes: Vec<String>,
    /// The form with fields: to confirm, or to switch off.
    fields: Vec<Field>,
    form_action: &'static str,
    form_button: String,
    forms: Vec<ButtonForm>,
}

struct Setup {
    /// In groups of four letters.
    secret: String,
    uri: String,
    qr: Qr,
}

/// A QR code as the path of an SVG picture.
struct Qr {
    size: usize,
    path: String,
}

impl Qr {
    /// # Errors
    /// `Internal` for a text that is too long.
    fn of(text: &str) -> Result<Qr, Error> {
        let code = QrCode::new(text.as_bytes()).map_err(Error::internal)?;
        let (width, colours) = (code.width(), code.to_colors());
        let dark = colours
            .iter()
            .enumerate()
            .filter(|(_, one)| **one == Color::Dark);
        // Four light modules around it (ISO/IEC 18004, 5.3.8).
        let squares = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
        Ok(Qr {
            size: width + 8,
            path: squares.collect(),
        })
    }
}

impl Setup {
    /// `secret`: in Base32. The address is what apps read: <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>
    fn of(site_name: &str, username: &str, secret: &str) -> Result<Setup, Error> {
        let name = utf8_percent_encode(site_name, NON_ALPHANUMERIC);
        let uri = format!("otpauth://totp/{name}:{username}?secret={secret}&issuer={name}");
        let letters: Vec<char> = secret.chars().collect();
        let groups: Vec<String> = letters
            .chunks(4)
            .map(|four| four.iter().collect())
            .collect();
        Ok(Setup {
            secret: groups.join(" "),
            qr: Qr::of(&uri)?,
            uri,
        })
    }
}

impl TwoFactorPage {
    fn new(state: &State, account: &SignedIn, factors: Factors) -> TwoFactorPage {
        let t = state.t();
        let intro = match (factors.app, account.must_enrol) {
            (true, _) => t.two_factor_on(factors.codes),
            (false, true) => t.two_factor_due(),
            (false, false) if factors.is_on() => t.two_factor_passkeys(),
            (false, false) => t.two_factor_intro(),
        };
        let mut page = TwoFactorPage {
            page: Page::new(state, &account.viewer(), &t.two_factor_heading()).unlisted(),
            t,
            intro,
            alert: String::new(),
            done: String::new(),
            action: paths::ACCOUNT_TWO_FACTOR,
            setup: None,
            codes: Vec::new(),
            fields: Vec::new(),
            form_action: "",
            form_button: String::new(),
            forms: Vec::new(),
        };
        let button = |action: &str, hint: String, button: String| ButtonForm {
            action: paths::ACCOUNT_TWO_FACTOR.into(),
            fields: vec![("action", action.to_owned())],
            hint,
            button,
        };
        match factors.app {
            true => {
                page.form_action = "disable";
                page.form_button = t.two_factor_disable();
                page.fields = vec![
                    Field::password("current", t.field_current_password(), "current-password"),
                    code_field(t).hint(t.confirm_code_hint()),
                ];
            }
            false => page.forms = vec![button("start", String::new(), t.two_factor_start())],
        }
        if factors.is_on() {
            let hint = t.two_factor_codes_hint();
            let codes = button("codes", hint, t.two_factor_new_codes());
            page.forms.push(codes);
        }
        page
    }

    /// The step that shows the secret.
    fn confirming(
        mut self,
        state: &State,
        account: &SignedIn,
        secret: &str,
    ) -> Result<Self, Error> {
        self.setup = Some(Setup::of(&state.site().name, &account.username, secret)?);
        self.forms = Vec::new();
        self.form_action = "confirm";
        self.form_button = self.t.two_factor_confirm();
        self.fields = vec![code_field(self.t).hint(self.t.code_hint())];
        Ok(self)
    }

    /// The recovery codes, shown once.
    fn with_codes(mut self, codes: Vec<String>) -> TwoFactorPage {
        self.codes = codes;
        self.forms = Vec::new();
        self.fields = Vec::new();
        self
    }

    fn answer(&self, status: StatusCode) -> Result<HttpResponse, Error> {
        match status.is_success() {
            true => page::ok(self),
            false => {
                let fields = self.fields.iter().map(|f| (f.name, f.error.clone()));
                let refusals = std::iter::once(("", self.alert.clone())).chain(fields);
                page::refused(status, self, refusals.collect())
            }
        }
    }

    /// The page with a message beside a field.
    fn refused(mut self, field: &str, why: String) -> Result<HttpResponse, Error> {
        for one in self.fields.iter_mut().filter(|one| one.name == field) {
            one.error = why.clone();
        }
        self.answer(StatusCode::UNPROCESSABLE_ENTITY)
    }

    fn throttled(mut self, seconds: i64) -> Result<HttpResponse, Error> {
        self.alert = self.t.login_too_many(&error_pages::wait(self.t, seconds));
        error_pages::retry_after(self.answer(StatusCode::TOO_MANY_REQUESTS)?, seconds)
    }
}

pub(super) fn code_field(t: Interface) -> Field {
    Field::text("code", t.field_code()).autocomplete("one-time-code")
}

async fn factors(state: &State, account: &SignedIn) -> Result<Factors, Error> {
    let id = account.id;
    state.db.read(move |conn| two_factor::state(conn, id)).await
}

/// `GET /account/two-factor`
pub async fn two_factor(state: Shared, account: SignedIn) -> Result<HttpResponse, Error> {
    let factors = factors(&state, &account).await?;
    TwoFactorPage::new(&state, &account, factors).answer(StatusCode::OK)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TwoFactorForm {
    action: String,
    code: String,
    current: String,
}

/// `POST /account/two-factor`
pub async fn change(
    state: Shared,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: TwoFactorForm = posted.read()?;
    match form.action.as_str() {
        "start" => start(&state, &account).await,
        "confirm" => confirm(&state, &account, form.code).await,
        "codes" => renew(&state, &account).await,
        "disable" => disable(&state, &account, form).await,
        _ => Err(unknown_field()),
    }
}

async fn start(state: &State, account: &SignedIn) -> Result<HttpResponse, Error> {
    proof::require_fresh(state, account, paths::ACCOUNT_TWO_FACTOR)?;
    let now = state.db.now();
    let started = sessions::write(state, account, move |conn, who: &SignedIn| {
        two_factor::start(conn, who.id, now)
    });
    let Some(secret) = started.await? else {
        return Err(Error::Conflict(state.t().two_factor_is_on()));
    };
    TwoFactorPage::new(state, account, Factors::default())
        .confirming(state, account, &secret)?
        .answer(StatusCode::OK)
}

/// Gives a counted code back, unless it was wrong.
async fn settle<T>(
    state: &State,
    counted: Reserved,
    result: Result<Option<T>, Error>,
) -> Result<Option<T>, Error> {
    if !matches!(result, Ok(None)) {
        state.limits.refund(&state.db, counted).await?;
    }
    result
}

async fn confirm(state: &State, account: &SignedIn, code: String) -> Result<HttpResponse, Error> {
    proof::require_fresh(state, account, paths::ACCOUNT_TWO_FACTOR)?;
    let (now, id) = (state.db.now(), account.id);
    let unconfirmed = state
        .db
        .read(move |conn| two_factor::unconfirmed(conn, id, now));
    let secret = match unconfirmed.await {
        Ok(secret) => secret,
        Err(Error::NotFound) => return Ok(page::see_other(paths::ACCOUNT_TWO_FACTOR)),
        Err(other) => return Err(other),
    };
    let page = TwoFactorPage::new(state, account, Factors::default());
    let page = page.confirming(state, account, &secret)?;
    let counted = match proof::count_code(state, id).await {
        Ok(counted) => counted,
        Err(Error::TooMany { seconds }) => return page.throttled(seconds),
        Err(other) => return Err(other),
    };
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let confirmed = sessions::write(state, account, move |conn, who: &SignedIn| {
        two_factor::confirm(conn, who.id, &code, now)
    });
    match settle(state, counted, confirmed.await).await {
        Ok(Some(codes)) => {
            let mut page = TwoFactorPage::new(state, account, factors(state, account).await?);
            page.done = page.t.two_factor_done();
            page.with_codes(codes).answer(StatusCode::OK)
        }
        Ok(None) => {
            let why = page.t.code_wrong();
            page.refused("code", why)
        }
        // Confirmed already, by the same form sent twice.
        Err(Error::NotFound) => Ok(page::see_other(paths::ACCOUNT_TWO_FACTOR)),
        Err(other) => Err(other),
    }
}

async fn renew(state: &State, account: &SignedIn) -> Result<HttpResponse, Error> {
    proof::require_fresh(state, account, paths::ACCOUNT_TWO_FACTOR)?;
    let renewed = sessions::write(
        state,
        account,
        |conn, who: &SignedIn| match two_factor::state(conn, who.id)?.is_on() {
            true => two_factor::renew_codes(conn, who.id),
            false => Err(Error::NotFound),
        },
    );
    let codes = renewed.await?;
    TwoFactorPage::new(state, account, factors(state, account).await?)
        .with_codes(codes)
        .answer(StatusCode::OK)
}

async fn disable(
    state: &State,
    account: &SignedIn,
    form: TwoFactorForm,
) -> Result<HttpResponse, Error> {
    let factors = factors(state, account).await?;
    if !factors.app {
        return Ok(page::see_other(paths::ACCOUNT_TWO_FACTOR));
    }
    let page = TwoFactorPage::new(state, account, factors);
    match proof::is_current(state, account, &form.current).await {
        Ok(true) => {}
        Ok(false) => {
            let why = page.t.password_wrong();
            return page.refused("current", why);
        }
        Err(Error::TooMany { seconds }) => return page.throttled(seconds),
        Err(other) => return Err(other),
    }
    let counted = match proof::count_code(state, account.id).await {
        Ok(counted) => counted,
        Err(Error::TooMany { seconds }) => return page.throttled(seconds),
        Err(other) => return Err(other),
    };
    let (code, now) = (form.code, state.db.now());
    let disabled = sessions::write(state, account, move |conn: &mut Conn, who: &SignedIn| {
        match two_factor::accept(conn, who.id, &code, now)? {
            true => two_factor::disable(conn, who.id, now).map(Some),
            false => Ok(None),
        }
    });
    match settle(state, counted, disabled.await).await? {
        Some(()) => Ok(page::see_other(paths::ACCOUNT_TWO_FACTOR)),
        None => {
            let why = page.t.code_wrong();
            page.refused("code", why)
        }
    }
}
