//! Handlers for flagging a comment, with a reason.

use crate::comments::store::{self, Comment};
use crate::comments::{Status, flags, parse_note};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::moderation::FlagReason;
use crate::paths;
use crate::sessions;
use crate::text;
use crate::web::fields::{Field, FormPage, Link};
use crate::web::limits::Rule;
use crate::web::viewer::Role;
use crate::web::{FormBody, Page, Participant, Shared, SignedIn, State, Viewer, page};
use actix_web::{HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FlagForm {
    reason: String,
    detail: String,
}

/// The comment, if this reader can see it.
fn flaggable(conn: &mut Conn, id: i64, viewer: &Viewer) -> Result<Comment, Error> {
    let comment = store::find(conn, id)?;
    store::article_thread(conn, &comment.slug)?;
    let sees = match comment.status {
        Status::Published | Status::Approved => true,
        Status::Deleted => false,
        _ => viewer.is_staff() || viewer.id() == Some(comment.author_id),
    };
    if sees {
        Ok(comment)
    } else {
        Err(Error::NotFound)
    }
}

fn form(
    state: &State,
    account: &Participant,
    comment: &Comment,
    given: &FlagForm,
    reason_error: &Result<(), String>,
    detail: &Result<String, String>,
) -> FormPage {
    let t = state.t();
    let mut options = vec![("", t.choose_reason())];
    options.extend(FlagReason::ALL.iter().map(|r| (r.as_str(), r.label(t))));
    FormPage {
        page: Page::new(state, &account.viewer(), &t.flag_heading()).unlisted(),
        t,
        heading: t.flag_heading(),
        intro: t.flag_intro(&text::excerpt(&comment.body, 200)),
        alert: String::new(),
        done: String::new(),
        action: paths::comment_action(comment.id, "flag"),
        fields: vec![
            Field::select("reason", t.field_reason(), options, &given.reason).judged(reason_error),
            Field::area("detail", t.field_detail())
                .hint(t.field_detail_hint())
                .value(&given.detail)
                .most(500)
                .judged(detail),
        ],
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.flag_button(),
        more: Vec::new(),
    }
}

/// `GET /comments/{id}/flag`
pub async fn flag(
    state: Shared,
    account: Participant,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, viewer) = (id.into_inner(), account.viewer());
    let who = account.id;
    let (comment, twice) = state
        .db
        .read(move |conn| {
            Ok((
                flaggable(conn, id, &viewer)?,
                flags::has_flagged(conn, id, who)?,
            ))
        })
        .await?;
    let t = state.t();
    refuse_own_comment(t, &comment, &account)?;
    if twice {
        let told = form(
            &state,
            &account,
            &comment,
            &FlagForm::default(),
            &Ok(()),
            &Ok(String::new()),
        );
        return page::ok(&FormPage {
            done: t.flag_recorded(),
            fields: Vec::new(),
            groups: Vec::new(),
            forms: Vec::new(),
            passkey: None,
            button: String::new(),
            intro: String::new(),
            more: vec![Link {
                href: paths::comment(&comment.slug, comment.id),
                text: t.back_to_comment(),
            }],
            ..told
        });
    }
    form(
        &state,
        &account,
        &comment,
        &FlagForm::default(),
        &Ok(()),
        &Ok(String::new()),
    )
    .answer()
}

fn refuse_own_comment(t: Interface, comment: &Comment, account: &Participant) -> Result<(), Error> {
    if comment.author_id == account.id {
        Err(Error::Refused(t.flag_own()))
    } else {
        Ok(())
    }
}

enum FlagResult {
    Flagged(Comment),
    Refused(Comment),
}

/// `POST /comments/{id}/flag`
pub async fn raise(
    state: Shared,
    account: SignedIn,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let account = Participant::admit(account.0)?;
    let (id, now, t) = (id.into_inner(), state.db.now(), state.t());
    let given: Result<FlagForm, Error> = posted.read();
    let rules = if account.is_staff() {
        Vec::new()
    } else {
        vec![Rule::new("flag", account.id, 10, Time::MINUTE)]
    };
    let reserved = state.limits.reserve(rules, now).await?;
    let (returned, typed) = (reserved.clone(), given.clone());
    let judge = move |form: &FlagForm| {
        let reason = FlagReason::parse(&form.reason).ok_or_else(|| t.reason_missing());
        (reason, parse_note(t, &form.detail))
    };
    let policy = state.site().policy;
    let outcome = sessions::write(&state, &account, move |conn, who: &Participant| {
        store::find_locked(conn, id)?;
        let comment = flaggable(conn, id, &who.viewer())?;
        refuse_own_comment(t, &comment, who)?;
        let form = typed.as_ref().map_err(Clone::clone)?;
        let (Ok(reason), Ok(detail)) = judge(form) else {
            return Ok(FlagResult::Refused(comment));
        };
        if !flags::has_flagged(conn, id, who.id)? {
            reserved.count(conn)?;
            flags::flag(conn, id, who.id, reason, &detail, &policy, now)?;
        }
        Ok(FlagResult::Flagged(comment))
    });
    let outcome = outcome.await;
    if !matches!(outcome, Ok(FlagResult::Flagged(_))) {
        state.limits.unreserve(returned).await?;
    }
    match outcome? {
        // The page says thank you, and links back to the comment.
        FlagResult::Flagged(comment) => {
            Ok(page::see_other(&paths::comment_action(comment.id, "flag")))
        }
        FlagResult::Refused(comment) => {
            state
                .limits
                .refused(&state.db, &account.username, now)
                .await?;
            let given = given?;
            let (reason, detail) = judge(&given);
            form(
                &state,
                &account,
                &comment,
                &given,
                &reason.map(|_| ()),
                &detail,
            )
            .answer()
        }
    }
}
