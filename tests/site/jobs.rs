//! Background jobs: enqueued with their cause, run once, retried, given up, and taken over from nodes that died.

use crate::{Site, site_test};
use diesel::prelude::*;
use masthead::db::schema::jobs;
use masthead::db::{Conn, Time};
use masthead::error::Error;
use masthead::jobs::store::{End, claim, end, next_run_at, renew};
use masthead::jobs::{Job, enqueue, enqueue_at};

const JOB: Job = Job::SendMail { mail: 4711 };

async fn enqueued(site: &Site, at: i64) {
    let put = move |conn: &mut Conn| {
        diesel::delete(jobs::table).execute(conn)?;
        enqueue_at(conn, &JOB, Time(at), Time(at))
    };
    site.db().write(put).await.expect("a write");
}

async fn rows(site: &Site) -> Vec<(i64, i64, Option<i64>, Option<i64>)> {
    let columns = (
        jobs::run_at,
        jobs::attempts,
        jobs::again_at,
        jobs::failed_at,
    );
    site.db()
        .read(move |conn| Ok(jobs::table.select(columns).load(conn)?))
        .await
        .expect("a read")
}

site_test! {
    async fn a_job_is_there_only_if_its_cause_is(site: Site) {
        enqueued(&site, 1000).await;
        let undone = site.db().write(|conn| {
            enqueue(conn, &Job::NotifyModerators, Time(1000))?;
            Err::<(), _>(Error::NotFound)
        });
        assert!(undone.await.is_err());
        assert_eq!(rows(&site).await.len(), 1);
        site.run_jobs().await;
        assert!(rows(&site).await.is_empty(), "the mail is not there any more, so there is nothing to do");
    }
}

site_test! {
    async fn a_job_waits_once_at_its_earliest_time_and_runs_again_if_asked_for_meanwhile(site: Site) {
        enqueued(&site, 5000).await;
        for at in [7000, 3000, 4000] {
            site.db().write(move |conn| enqueue_at(conn, &JOB, Time(at), Time(at))).await.expect("a write");
        }
        assert_eq!(rows(&site).await, [(3000, 0, None, None)]);
        assert_eq!(site.db().read(next_run_at).await.expect("a read"), Some(Time(3000)));
        let claimed = site.db().write(|conn| claim(conn, 5, Time(3000))).await.expect("a write");
        assert_eq!(claimed.len(), 1);
        let lease = claimed[0].locked_until;
        for at in [9000, 3500, 8000] {
            site.db().write(move |conn| enqueue_at(conn, &JOB, Time(at), Time(at))).await.expect("a write");
        }
        assert_eq!(rows(&site).await, [(lease, 1, Some(3500), None)], "it goes on running");
        let done = claimed[0].clone();
        site.db().write(move |conn| end(conn, &done, &End::Done, Time(3600))).await.expect("a write");
        assert_eq!(rows(&site).await, [(3500, 0, None, None)], "and runs once more");
        // Asked for during an attempt that fails, also the last one.
        let again = |at: i64| site.db().write(move |conn| enqueue_at(conn, &JOB, Time(at), Time(at)));
        let take = |at: i64| site.db().write(move |conn| claim(conn, 5, Time(at)));
        let first = take(4000).await.expect("a write").remove(0);
        again(4100).await.expect("a write");
        let retry = End::Retry(Time(90_000_000), "away".into());
        site.db().write(move |conn| end(conn, &first, &retry, Time(4200))).await.expect("a write");
        assert_eq!(rows(&site).await, [(14_200, 1, None, None)], "not only after the whole delay");
        let last = take(15_000).await.expect("a write").remove(0);
        again(15_100).await.expect("a write");
        site.db().write(move |conn| end(conn, &last, &End::Failed("away".into()), Time(15_200))).await.expect("a write");
        assert_eq!(rows(&site).await, [(15_100, 0, None, None)], "a new cause is a new start");
        site.run_jobs().await;
    }
}

site_test! {
    async fn one_node_has_a_job_and_another_takes_over_when_the_lease_is_out(site: Site) {
        enqueued(&site, 1000).await;
        let first = site.db().write(|conn| claim(conn, 5, Time(1000))).await.expect("a write").remove(0);
        assert!(site.db().write(|conn| claim(conn, 5, Time(2000))).await.expect("a write").is_empty());
        let renewing = first.clone();
        let until = site.db().write(move |conn| renew(conn, &renewing, Time(31_000))).await.expect("a write").expect("still ours");
        let renewed = masthead::jobs::store::Claimed { locked_until: until, ..first.clone() };
        assert!(site.db().write(move |conn| claim(conn, 5, Time(until - 1))).await.expect("a write").is_empty());
        let second = site.db().write(move |conn| claim(conn, 5, Time(until))).await.expect("a write").remove(0);
        assert_eq!(second.attempts, 2);
        // The first node is not dead after all: what it says does not count any more.
        let late = renewed.clone();
        assert_eq!(site.db().write(move |conn| renew(conn, &late, Time(until + 1))).await.expect("a write"), None);
        site.db().write(move |conn| end(conn, &renewed, &End::Done, Time(until + 1))).await.expect("a write");
        assert_eq!(rows(&site).await.len(), 1);
        site.db().write(move |conn| end(conn, &second, &End::GivenBack, Time(until + 2))).await.expect("a write");
        assert_eq!(rows(&site).await, [(until + 2, 1, None, None)], "given back, the attempt does not count");
        enqueued(&site, i64::MAX / 2).await;
    }
}

site_test! {
    async fn nodes_that_claim_at_the_same_moment_share_the_jobs(site: Site) {
        let second = site.second();
        let put = |conn: &mut Conn| {
            diesel::delete(jobs::table).execute(conn)?;
            (0..40).try_for_each(|mail| enqueue(conn, &Job::SendMail { mail }, Time(1000)))
        };
        site.db().write(put).await.expect("a write");
        let take = |site: &Site| {
            let db = site.db().clone();
            async move {
                let mut ids = Vec::new();
                while let Some(some) = Some(db.write(|conn| claim(conn, 3, Time(1000))).await.expect("a write")).filter(|c| !c.is_empty()) {
                    ids.extend(some.into_iter().map(|c| c.id));
                }
                ids
            }
        };
        let (mut a, b) = tokio::join!(take(&site), take(&second));
        a.extend(b);
        assert_eq!(a.len(), 40);
        a.sort_unstable();
        a.dedup();
        assert_eq!(a.len(), 40, "no job was claimed twice");
        site.db().write(|conn| Ok(diesel::delete(jobs::table).execute(conn)?)).await.expect("a write");
    }
}

site_test! {
    async fn a_job_that_this_version_does_not_know_stays_for_one_that_does(site: Site) {
        let put = |conn: &mut Conn| {
            diesel::delete(jobs::table).execute(conn)?;
            let row = (jobs::kind.eq("from-the-future"), jobs::payload.eq("{\"x\":1}"), jobs::run_at.eq(0), jobs::created_at.eq(0));
            diesel::insert_into(jobs::table).values(row).execute(conn)?;
            Ok(())
        };
        site.db().write(put).await.expect("a write");
        assert_eq!(site.run_jobs().await, 1);
        let left = rows(&site).await;
        assert_eq!((left.len(), left[0].3), (1, None));
        assert!(left[0].0 > Time::now().0 + 3_000_000, "in about an hour");
    }
}

site_test! {
    async fn a_scheduled_article_appears_by_its_job_and_once(site: Site) {
        let later = Time(Time::now().0 + 3_600_000).rfc3339();
        site.run_jobs().await;
        let slug = site.publish(&format!("---\ntitle: Soon\ndate: {later}\n---\n\nText.\n")).await;
        let path = format!("/articles/{slug}");
        assert_eq!(site.run_jobs().await, 0, "not before its time");
        assert_eq!(site.get(&path).await.status, 404);
        // The hour passes.
        site.db().write(|conn| {
            use masthead::db::schema::articles;
            let past = Time::now().0 - 1_000;
            diesel::update(articles::table.filter(articles::slug.eq("soon"))).set(articles::published_at.eq(past)).execute(conn)?;
            diesel::update(jobs::table.filter(jobs::kind.eq("publish-due"))).set(jobs::run_at.eq(past)).execute(conn)?;
            Ok(())
        }).await.expect("a write");
        assert_eq!(site.run_jobs().await, 1);
        assert_eq!(site.get(&path).await.status, 200);
        let left = rows(&site).await;
        assert!(left.iter().all(|row| row.0 > Time::now().0), "{left:?}");
    }
}

#[test]
fn jobs_survive_a_kill() {
    use crate::harness::{Place, Program};
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::sqlite(folder.path());
    Program::start(&place, &[]).stop();
    let db = || {
        masthead::db::Db::open(&masthead::db::Address::Sqlite(
            folder.path().join("masthead.db"),
        ))
        .expect("a database")
    };
    let now = Time::now();
    let put = move |conn: &mut Conn| {
        (0..50).try_for_each(|n| {
            let mail = masthead::mail::Mail::CommentsWaiting { count: n };
            masthead::mail::send(conn, &mail, "pell@example.org", now)
        })
    };
    db().write_now(put).expect("a write");
    let sent = || {
        std::fs::read_dir(folder.path().join("mail")).map_or(0, |all| {
            all.flatten()
                .filter(|e| e.path().extension().is_some_and(|x| x == "eml"))
                .count()
        })
    };
    // Killed while it sends: what was claimed is due again when the lease is out.
    let program = Program::start(&place, &[]);
    let began = std::time::Instant::now();
    while sent() == 0 && began.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    program.kill();
    let leases_out = |conn: &mut Conn| {
        Ok(diesel::update(jobs::table.filter(jobs::locked_until.gt(0)))
            .set(jobs::run_at.eq(0))
            .execute(conn)?)
    };
    let locked = db().write_now(leases_out).expect("a write");
    assert!(locked > 0, "it was killed while jobs ran");
    let program = Program::start(&place, &[]);
    let began = std::time::Instant::now();
    let unsent = || {
        db().read_now(|conn| masthead::mail::store::all_unsent(conn, 100))
            .expect("a read")
            .len()
    };
    while unsent() > 0 && began.elapsed().as_secs() < 30 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(program.stop());
    assert_eq!(
        (unsent(), sent()),
        (0, 50),
        "every mail was sent, none under two names"
    );
}

#[test]
fn a_stop_gives_back_the_jobs_that_run() {
    use crate::harness::{Place, Program};
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::sqlite(folder.path());
    Program::start(&place, &[]).stop();
    let db = || {
        let file = folder.path().join("masthead.db");
        masthead::db::Db::open(&masthead::db::Address::Sqlite(file)).expect("a database")
    };
    let now = Time::now();
    let put = move |conn: &mut Conn| {
        let mail = masthead::mail::Mail::CommentsWaiting { count: 1 };
        masthead::mail::send(conn, &mail, "pell@example.org", now)
    };
    db().write_now(put).expect("a write");
    let failed = |conn: &mut Conn| {
        let sending = jobs::table.filter(jobs::kind.eq("send-mail"));
        Ok(diesel::update(sending)
            .set(jobs::last_error.eq("away"))
            .execute(conn)?)
    };
    db().write_now(failed).expect("a write");
    // A mail server that takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("smtp://{}", silent.local_addr().expect("an address"));
    let program = Program::start(
        &place,
        &[
            ("MASTHEAD_SMTP_URL", url.as_str()),
            ("MASTHEAD_MAIL_FROM", "news@example.org"),
        ],
    );
    let job = || {
        db().read_now(|conn| {
            let columns = (jobs::attempts, jobs::locked_until, jobs::last_error);
            let sending = jobs::table.filter(jobs::kind.eq("send-mail"));
            Ok(sending.select(columns).first::<(i64, i64, String)>(conn)?)
        })
        .expect("a job")
    };
    let began = std::time::Instant::now();
    while job().1 == 0 {
        assert!(began.elapsed().as_secs() < 20, "it was not claimed");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(program.stop());
    assert_eq!(
        job(),
        (0, 0, "away".to_owned()),
        "the attempt does not count, the job is free for another node, and its last failure is still shown"
    );
}
