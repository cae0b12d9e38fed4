//! End-to-end test in a real Chromium, with and without JavaScript: join, comment, wait, approve, reply, flag, reject.

use crate::harness::{on_sqlite, skipped};
use crate::{PASSWORD, Site};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;
use thirtyfour::{LoggingPrefsLogLevel, WebDriver};

/// A ChromeDriver process; it and its Chromium end with the test.
pub struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// `None`: there is no driver, which has been reported.
    pub fn start() -> Option<Driver> {
        crate::harness::provide_tls();
        // The port that it chooses may be taken by the time that it listens.
        let started = (0..3).find_map(|_| Driver::try_start());
        started.expect("the driver names its port")
    }

    /// The outer `None`: it has ended at once.
    fn try_start() -> Option<Option<Driver>> {
        let child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                skipped(
                    "a browser",
                    "install Chromium and its driver: apt-get install chromium chromium-driver",
                )
            });
            return Some(None);
        };
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let rest = line.split("started successfully on port ").nth(1)?;
            rest.trim_end_matches('.').parse().ok()
        });
        let Some(port) = port else {
            let _ = child.wait();
            return None;
        };
        // Keeps reading, because the driver blocks when the pipe is full.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Some(Some(Driver { child, port }))
    }

    pub async fn browser(&self, scripts: bool, width: u32) -> WebDriver {
        let mut caps = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
        ] {
            caps.add_arg(argument).expect("an argument");
        }
        if !scripts {
            caps.add_experimental_option(
                "prefs",
                serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 }),
            )
            .expect("a preference");
        }
        caps.set_browser_log_level(LoggingPrefsLogLevel::All)
            .expect("a log level");
        let driver = WebDriver::new(format!("http://127.0.0.1:{}", self.port), caps)
            .await
            .expect("Chromium starts");
        let size = serde_json::json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        driver
            .cdp()
            .send_raw("Emulation.setDeviceMetricsOverride", size)
            .await
            .expect("a width");
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A user who operates the site in a browser.
pub struct Person<'a> {
    pub driver: &'a WebDriver,
    pub site: &'a Site,
}

impl Person<'_> {
    pub async fn open(&self, path: &str) {
        self.driver
            .goto(format!("{}{path}", self.site.origin()))
            .await
            .expect("a page");
    }

    /// Waits for an element: after a click the next page may still be loading.
    pub async fn see(&self, css: &str) -> WebElement {
        let found = self
            .driver
            .query(By::Css(css.to_owned()))
            .wait(Duration::from_secs(10), Duration::from_millis(50))
            .first()
            .await;
        match found {
            Ok(element) => element,
            Err(e) => panic!(
                "{css} never appeared: {e}\n{}",
                self.driver.source().await.unwrap_or_default()
            ),
        }
    }

    pub async fn see_text(&self, css: &str, text: &str) -> WebElement {
        let began = std::time::Instant::now();
        loop {
            let found = self
                .driver
                .query(By::Css(css.to_owned()))
                .with_text(stringmatch(text))
                .wait(Duration::from_secs(10), Duration::from_millis(50))
                .first()
                .await;
            match found {
                Ok(element) => return element,
                Err(e) if has_left(&e) && began.elapsed().as_secs() < 10 => {}
                Err(e) => panic!(
                    "{css} with {text:?} never appeared: {e}\n{}",
                    self.driver.source().await.unwrap_or_default()
                ),
            }
        }
    }

    async fn has(&self, css: &str) -> bool {
        let found = self.driver.find_all(By::Css(css.to_owned())).await;
        !found.expect("an answer").is_empty()
    }

    /// Waits until there is no such element: after a click the page before may still be there.
    pub async fn gone(&self, css: &str) -> bool {
        let began = std::time::Instant::now();
        while self.has(css).await {
            if began.elapsed().as_secs() >= 10 {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        true
    }

    pub async fn write(&self, css: &str, text: &str) {
        let field = self.see(css).await;
        field.clear().await.expect("cleared");
        field.send_keys(text).await.expect("typed");
    }

    /// Replaces a text of an article: in the writing surface, or in the plain field without scripts.
    pub async fn write_article(&self, name: &str, text: &str) {
        let surface = format!("#f-{name} ~ .surface");
        if !self.has(&surface).await {
            return self.write(&format!("[name={name}]"), text).await;
        }
        self.click(&format!("label[for=f-{name}]")).await;
        let keys = self.driver.action_chain();
        let all = keys
            .key_down(Key::Control)
            .send_keys("a")
            .key_up(Key::Control);
        all.send_keys(text).perform().await.expect("typed");
    }

    pub async fn click(&self, css: &str) {
        let began = std::time::Instant::now();
        loop {
            let element = self.see(css).await;
            element.scroll_into_view().await.ok();
            match element.click().await {
                Ok(()) => return,
                Err(e) if has_left(&e) && began.elapsed().as_secs() < 10 => {}
                Err(e) => panic!("{css}: {e}"),
            }
        }
    }

    pub async fn log_in(&self, username: &str) {
        self.open("/login").await;
        self.write("input[name=login]", username).await;
        self.write("input[name=password]", PASSWORD).await;
        self.click("form.stack button").await;
        self.see("form[action='/logout']").await;
    }

    pub async fn log_out(&self) {
        self.click("form[action='/logout'] button").await;
        self.see(".nameplate a[href^='/login']").await;
    }

    pub async fn fits(&self, scripts: bool) {
        if scripts {
            let wide = self
                .driver
                .execute(
                    "return document.documentElement.scrollWidth - innerWidth",
                    Vec::new(),
                )
                .await
                .expect("a number");
            let wide = wide.json().as_i64().expect("a number");
            assert!(
                wide <= 0,
                "{} scrolls sideways by {wide}px",
                self.driver.current_url().await.expect("a URL")
            );
        }
    }
}

/// Whether an element could not be used because its page was left meanwhile.
fn has_left(error: &WebDriverError) -> bool {
    let said = error.to_string();
    said.contains("stale") || said.contains("does not belong to the document")
}

fn stringmatch(text: &str) -> impl Fn(&str) -> bool + Send + Sync + Clone + 'static {
    let wanted = text.to_owned();
    move |found: &str| found.contains(&wanted)
}

async fn the_whole_job(site: Site, scripts: bool, width: u32) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let browser = driver.browser(scripts, width).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };
    let slug = site.publish("---\ntitle: A bridge\ndek: Over water.\nsources: [{text: Primary minutes}]\n---\n\n## Opening summary\n\nShort.\n\n## Main article\n\nThe bridge is there.\n").await;
    let article = format!("/articles/{slug}");
    site.moderator("pell").await;

    // A reader opens the article and joins in order to comment.
    person.open("/").await;
    person.fits(scripts).await;
    person.click(".lead h2 a").await;
    person.see_text("h1", "A bridge").await;
    person.fits(scripts).await;
    person.click(".signin a[href^='/join']").await;
    person.write("input[name=username]", "mira").await;
    person.write("input[name=email]", "mira@example.org").await;
    person.write("input[name=password]", "1234567890").await;
    person.click("form.stack button").await;
    person.see_text(".field .error", "Too easy to guess").await;
    person.fits(scripts).await;
    person.write("input[name=password]", PASSWORD).await;
    person.click("form.stack button").await;

    // Back on the article: preview, then post; the comment is held and says so.
    person
        .write("form.compose textarea", "I *like* this bridge.")
        .await;
    person.click("form.compose button[value=preview]").await;
    person.see_text(".preview em", "like").await;
    person.fits(scripts).await;
    person.click("form.compose button[value=post]").await;
    person
        .see_text(".comment .notice", "Waiting for a moderator")
        .await;
    person.fits(scripts).await;
    person.log_out().await;
    person.open(&article).await;
    person.see(".signin").await;
    assert!(person.gone(".comment").await, "nobody else sees it yet");

    // The moderator sees the count in the header and approves the comment in the queue.
    person.log_in("pell").await;
    person.see_text(".waiting", "1").await;
    person.click(".waiting").await;
    person.click(".queues a[href$=pending]").await;
    person.see_text(".card", "I like this bridge.").await;
    person.fits(scripts).await;
    if scripts {
        person.see(".card button.approve kbd").await;
        // Keys act on a card that has been in view for a moment.
        tokio::time::sleep(Duration::from_millis(800)).await;
        person
            .driver
            .action_chain()
            .send_keys("a")
            .perform()
            .await
            .expect("a key");
    } else {
        person.click(".card button.approve").await;
    }
    person
        .see_text(".empty", "No comments in this queue.")
        .await;
    person.open(&article).await;
    person.click(".comment .actions a[href$='/reply']").await;
    person.write("form.compose textarea", "So do I.").await;
    person.click("form.compose button[value=post]").await;
    person
        .see_text(".comment .replyto", "in reply to mira")
        .await;
    person.log_out().await;

    // The reader edits the comment and flags the reply.
    person.log_in("mira").await;
    person.open(&article).await;
    person.click(".comment .actions a[href$='/edit']").await;
    person
        .write("form.compose textarea", "I love this bridge.")
        .await;
    person.click("form.compose button.primary").await;
    person.see_text(".comment .edited", "edited").await;
    person.click(".comment .actions a[href$='/flag']").await;
    person.fits(scripts).await;
    person.click("select[name=reason] option[value=spam]").await;
    person.click("form.stack button").await;
    person.see_text(".done", "Thank you, reported.").await;
    person.click(".more a").await;
    person
        .see_text(".comment .quiet", "You reported this")
        .await;
    assert!(
        person.gone(".comment .actions a[href$='/flag']").await,
        "a comment is flagged once"
    );
    person.log_out().await;

    // The edited comment is rejected with a note, which its author reads in its place.
    person.log_in("pell").await;
    person.open("/admin/comments?queue=unmoderated").await;
    person.see_text(".card .text", "I love this bridge.").await;
    person
        .click(".card select[name=reason] option[value=off-topic]")
        .await;
    person
        .write(".card input[name=note]", "Bridges are not for loving.")
        .await;
    person.click(".card form.reject button").await;
    person
        .see_text(".empty", "No comments in this queue.")
        .await;
    person.log_out().await;
    person.open(&article).await;
    person
        .see_text(".tombstone", "This comment is not public.")
        .await;
    person.log_in("mira").await;
    person.open(&article).await;
    person
        .see_text(".comment .notice", "Bridges are not for loving.")
        .await;
    person
        .click(".comment form[action$='/delete'] button")
        .await;
    person.see_text(".tombstone", "deleted by its author").await;
    person.click("form[action$='/undelete'] button").await;
    person
        .see_text(".comment .notice", "Bridges are not for loving.")
        .await;

    // Chromium logs the expected 422 responses; there must be no other console messages.
    let complaints: Vec<String> = browser
        .browser_log()
        .await
        .expect("a log")
        .into_iter()
        .map(|e| e.message)
        .filter(|m| !m.contains("status of 422"))
        // Chromium logs the Clear-Site-Data header.
        .filter(|m| !m.contains("Clear-Site-Data header on"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await.expect("Chromium ends");
}

/// Presses a key; `is_held`: as a keyboard repeats it while it is held.
async fn press(person: &Person<'_>, key: &str, is_held: bool) {
    let script = format!(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: {key:?}, repeat: {is_held}, bubbles: true }}))"
    );
    person
        .driver
        .execute(script, Vec::new())
        .await
        .expect("a key");
}

async fn the_keys_of_a_queue(site: Site) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let browser = driver.browser(true, 1280).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };
    let slug = site.article().await;
    site.hold_first(false).await;
    let mira = site.reader("mira").await;
    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(mira.comment(&slug, &format!("Comment {number}.")).await);
    }
    site.moderator("pell").await;
    person.log_in("pell").await;
    person.open("/admin/comments?queue=unmoderated").await;
    person.see(".card button.approve kbd").await;
    // At once, and held down: nothing is decided.
    press(&person, "a", false).await;
    for _ in 0..20 {
        press(&person, "a", true).await;
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    for _ in 0..20 {
        press(&person, "a", true).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        site.get(&format!("/articles/{slug}"))
            .await
            .all(".comment")
            .len(),
        6
    );
    person.see_text(".queues a[aria-current]", "6").await;
    // The second card: approved, and the next one is the current one.
    press(&person, "j", false).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    press(&person, "a", false).await;
    person
        .see_text("form.done", &format!("Approved #{}", ids[4]))
        .await;
    person.see(&format!("#comment-{}.current", ids[3])).await;
    // Rejected with the second reason; Escape leaves without one.
    tokio::time::sleep(Duration::from_millis(700)).await;
    press(&person, "r", false).await;
    person.see_text(".card.current .reasons", "Off topic").await;
    press(&person, "Escape", false).await;
    assert!(person.gone(".reasons").await);
    press(&person, "2", false).await;
    press(&person, "r", false).await;
    press(&person, "2", false).await;
    person
        .see_text("form.done", &format!("Rejected #{}", ids[3]))
        .await;
    person.see_text(".queues a[aria-current]", "4").await;
    press(&person, "u", false).await;
    person
        .see_text("form.done", &format!("#{} is as it was", ids[3]))
        .await;
    person.see_text(".queues a[aria-current]", "5").await;
    person.see(".card button.approve kbd").await;
    assert!(
        !person
            .see("dl.keys")
            .await
            .is_displayed()
            .await
            .expect("an answer")
    );
    press(&person, "?", false).await;
    assert!(
        person
            .see("dl.keys")
            .await
            .is_displayed()
            .await
            .expect("an answer")
    );
    browser.quit().await.expect("Chromium ends");
}

#[test]
fn a_held_key_decides_nothing_and_the_others_say_what_they_do() {
    on_sqlite(module_path!(), the_keys_of_a_queue);
}

#[test]
fn the_whole_job_with_scripts() {
    on_sqlite(module_path!(), |site| the_whole_job(site, true, 1280));
}

#[test]
fn the_whole_job_without_scripts() {
    on_sqlite(module_path!(), |site| the_whole_job(site, false, 1280));
}

#[test]
fn the_whole_job_on_a_phone() {
    on_sqlite(module_path!(), |site| the_whole_job(site, true, 390));
}

/// The newcomer's first minutes: set-up, the list of what is worth doing, a first story, published.
async fn the_first_minutes(site: Site, scripts: bool, width: u32) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let browser = driver.browser(scripts, width).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };
    let setup = site.setup.clone().expect("a link");
    let setup = setup.strip_prefix(&site.origin()).unwrap_or(&setup);
    person.open(setup).await;
    person.write("[name=site_name]", "The Quay").await;
    person.write("[name=username]", "chief").await;
    person.write("[name=email]", "chief@example.org").await;
    person.write("[name=password]", PASSWORD).await;
    person.click("main button.primary").await;
    person.see(".steps li").await;
    person.fits(scripts).await;
    person.click(".steps a[href='/admin/articles/new']").await;
    person.see("form.write").await;
    person.write("[name=title]", "The gate opens").await;
    person.write_article("body", "It opened *at six*.").await;
    person.fits(scripts).await;
    person.click("button[name=action][value=add-note]").await;
    person.see("#f-note_text-2").await;
    person.write("#f-note_text-2", "The harbour office").await;
    person.click(".buttons button[value=save]").await;
    person.see_text(".state b", "Draft").await;
    person.fits(scripts).await;
    person
        .click(".buttons button[formaction$='/publish']")
        .await;
    person.see_text("p.done", "Published").await;
    let page = site.get("/articles/the-gate-opens").await;
    assert_eq!(page.one(".body em"), "at six");
    assert_eq!(page.all(".notes li").len(), 1);
    person.open("/admin").await;
    person.see(".steps .ticked").await;
    browser.quit().await.expect("Chromium ends");
}

#[test]
fn a_newcomer_publishes_a_first_story_with_scripts() {
    on_sqlite(module_path!(), |site| the_first_minutes(site, true, 1280));
}

#[test]
fn a_newcomer_publishes_a_first_story_without_scripts() {
    on_sqlite(module_path!(), |site| the_first_minutes(site, false, 1280));
}

#[test]
fn a_newcomer_publishes_a_first_story_on_a_phone() {
    on_sqlite(module_path!(), |site| the_first_minutes(site, true, 390));
}

/// What is typed is saved as one types; without the server it stays in the browser and is offered again.
async fn typing(site: Site) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let browser = driver.browser(true, 1280).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };
    let other = site.editor("ben").await;
    site.editor("edda").await;
    person.log_in("edda").await;
    person.open("/admin/articles/new").await;
    person.write("[name=title]", "Typed").await;
    person.see_text(".saving", "Saved").await;
    person.write_article("body", "One two three.").await;
    person.see_text(".words", "3 words").await;
    person.see_text(".saving", "Saved").await;
    let list = site.log_in("edda").await.get("/admin/articles").await;
    let path = list.attr("[data-article] a", "href").expect("a draft");
    let there = browser.current_url().await.expect("an address");
    assert_eq!(there.path(), path, "the form goes on with the draft");
    assert_eq!(
        other.get(&path).await.field("body").as_deref(),
        Some("One two three.")
    );
    // Offline.
    let offline = serde_json::json!({ "offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    let cdp = browser.cdp();
    cdp.send_raw("Network.enable", serde_json::json!({}))
        .await
        .expect("the network");
    cdp.send_raw("Network.emulateNetworkConditions", offline)
        .await
        .expect("no network");
    person.write_article("body", "Kept in the browser.").await;
    person.see_text(".saving", "Offline").await;
    let online = serde_json::json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    // Somebody else saves meanwhile.
    let version = other
        .get(&path)
        .await
        .attr("form.write input[name=revision]", "value")
        .expect("a version");
    let answer = other
        .post(&path, &[("body", "By Ben."), ("revision", &version)])
        .await;
    assert_eq!(answer.status, 303);
    cdp.send_raw("Network.emulateNetworkConditions", online)
        .await
        .expect("the network");
    person.see_text(".saving", "Another version").await;
    person.click(".buttons button[value=save]").await;
    person.see_text(".conflict", "By Ben.").await;
    person.click(".buttons button[value=save]").await;
    person.see_text("p.done", "Saved").await;
    assert_eq!(
        other.get(&path).await.field("body").as_deref(),
        Some("Kept in the browser.")
    );
    browser.quit().await.expect("Chromium ends");
}

/// Text that the browser kept is offered until it is decided on, and what it replaces can be had back.
async fn kept_text(site: Site) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let browser = driver.browser(true, 1280).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };
    let edda = site.editor("edda").await;
    let id = crate::newsroom::draft(&edda, &[("title", "Kept"), ("body", "As saved.")]).await;
    person.log_in("edda").await;
    let path = format!("/admin/articles/{id}");
    person.open(&path).await;
    let put = format!(
        "localStorage.setItem('article:{path}', JSON.stringify([['revision', '1'], ['title', 'Kept'], ['body', 'As kept.'], ['note_text', 'One'], ['note_text', 'Two']]))"
    );
    browser.execute(put, Vec::new()).await.expect("a script");
    person.open(&path).await;
    person.see(".kepttext").await;
    // Typing on decides nothing.
    person.write_article("body", "Typed on.").await;
    person.see_text(".saving", "Saved").await;
    person.open(&path).await;
    person.click(".kepttext button").await;
    person.see("#f-note_text-2").await;
    person.see_text(".saving", "Saved").await;
    let stored = async || {
        let form = site.log_in("edda").await.get(&path).await;
        (
            form.field("body").unwrap_or_default(),
            form.all("[name=note_text]"),
        )
    };
    let both = vec!["One".to_owned(), "Two".to_owned()];
    assert_eq!(stored().await, ("As kept.".to_owned(), both));
    // What it replaced comes back by the same button.
    person.click(".kepttext button").await;
    person.see_text(".saving", "Saved").await;
    for _ in 0..50 {
        if stored().await.0 == "Typed on." {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(stored().await.0, "Typed on.");
    person.click(".kepttext button:nth-of-type(2)").await;
    person.open(&path).await;
    person.see("form.write").await;
    assert!(person.gone(".kepttext").await);
    browser.quit().await.expect("Chromium ends");
}

#[test]
fn text_that_the_browser_kept_is_offered_until_it_is_decided_on() {
    on_sqlite(module_path!(), kept_text);
}

#[test]
fn what_is_typed_is_saved_and_never_overwrites() {
    on_sqlite(module_path!(), typing);
}
