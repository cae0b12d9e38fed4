//! OpenID Connect against a small provider: logging in, joining, connecting, and what comes of a provider that lies.

use crate::verification::proved;
use crate::{Answer, Browser, PASSWORD, Site, site_test};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    None,
    Down,
    Silent,
    Huge,
    Elsewhere,
    OtherIssuer,
    OtherIssuerInToken,
    OtherAudience,
    OtherNonce,
    Expired,
    FromTheFuture,
    OtherKey,
    NoSignature,
    NoToken,
    OldLogIn,
}

#[derive(Clone, Debug)]
struct Grant {
    nonce: String,
    challenge: String,
    claims: Value,
    /// A new log-in was asked for.
    asks_again: bool,
}

struct State {
    lie: Lie,
    codes: HashMap<String, Grant>,
}

struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
    let made = made.expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random)
        .expect("a key")
}

fn signed(key: &EcdsaKeyPair, claims: &Value) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    let text = format!(
        "{}.{}",
        part(&json!({ "alg": "ES256", "kid": "1", "typ": "JWT" })),
        part(claims)
    );
    let signature = key
        .sign(&SystemRandom::new(), text.as_bytes())
        .expect("a signature");
    format!("{text}.{}", BASE64.encode(signature.as_ref()))
}

impl Provider {
    fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State {
            lie: Lie::None,
            codes: HashMap::new(),
        }));
        let (shared, keys) = (state.clone(), Arc::new((key(), key())));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, keys) = (shared.clone(), keys.clone());
                std::thread::spawn(move || talk(&stream, address, &shared, &keys));
            }
        });
        Provider { address, state }
    }

    fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    fn lies(&self, lie: Lie) {
        self.state.lock().expect("a state").lie = lie;
    }

    /// As if someone had logged in there: the query that the browser comes back with.
    fn grants(&self, location: &str, claims: Value) -> String {
        let url = url::Url::parse(location).expect("a URL");
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["client_id"], "masthead");
        assert!(query["scope"].contains("openid"));
        let code = format!("code-{}", query["state"]);
        let grant = Grant {
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
            claims,
            asks_again: query.get("prompt").is_some_and(|prompt| prompt == "login"),
        };
        self.state
            .lock()
            .expect("a state")
            .codes
            .insert(code.clone(), grant);
        format!("/login/oidc/callback?code={code}&state={}", query["state"])
    }
}

fn talk(
    stream: &TcpStream,
    address: SocketAddr,
    state: &Mutex<State>,
    keys: &(EcdsaKeyPair, EcdsaKeyPair),
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (lie, mut out) = (state.lock().ok()?.lie, stream);
    if lie == Lie::Silent {
        std::thread::sleep(std::time::Duration::from_secs(7));
        return None;
    }
    if lie == Lie::Elsewhere {
        let _ = write!(
            out,
            "HTTP/1.1 302 Found\r\nLocation: http://{address}/again\r\nContent-Length: 0\r\n\r\n"
        );
        return None;
    }
    let issuer = format!("http://{address}");
    let answer = match path.as_str() {
        _ if lie == Lie::Down => None,
        _ if lie == Lie::Huge => Some(json!({ "filler": "x".repeat(2 * 1024 * 1024) })),
        "/.well-known/openid-configuration" => Some(json!({
            "issuer": if lie == Lie::OtherIssuer { "https://other.example".to_owned() } else { issuer.clone() },
            "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        })),
        "/keys" => {
            // An uncompressed point: 4, then x and y (SEC 1, 2.3.3).
            let point = keys.0.public_key().as_ref();
            Some(
                json!({ "keys": [{ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "1",
                "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..65]) }] }),
            )
        }
        "/token" => token(&body, &issuer, lie, state, keys),
        _ => None,
    };
    let (status, text) = match answer {
        Some(json) => ("200 OK", json.to_string()),
        None if lie == Lie::Down => ("503 Service Unavailable", String::new()),
        None => (
            "400 Bad Request",
            json!({ "error": "invalid_grant" }).to_string(),
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        text.len()
    );
    out.write_all(head.as_bytes()).ok()?;
    out.write_all(text.as_bytes()).ok()
}

fn token(
    body: &[u8],
    issuer: &str,
    lie: Lie,
    state: &Mutex<State>,
    keys: &(EcdsaKeyPair, EcdsaKeyPair),
) -> Option<Value> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    // A code works once.
    let grant = state.lock().ok()?.codes.remove(form.get("code")?)?;
    let verifier = Sha256::digest(form.get("code_verifier")?.as_bytes());
    if BASE64.encode(verifier) != grant.challenge {
        return None;
    }
    let now = masthead::db::Time::now().0 / 1000;
    let mut claims = grant.claims;
    claims["iss"] = match lie {
        Lie::OtherIssuerInToken => "https://other.example",
        _ => issuer,
    }
    .into();
    claims["aud"] = match lie {
        Lie::OtherAudience => "someone-else",
        _ => "masthead",
    }
    .into();
    claims["nonce"] = match lie {
        Lie::OtherNonce => "another",
        _ => &grant.nonce,
    }
    .into();
    if grant.asks_again && lie != Lie::OldLogIn {
        claims["auth_time"] = now.into();
    }
    claims["iat"] = match lie {
        Lie::FromTheFuture => now + 3600,
        _ => now,
    }
    .into();
    claims["exp"] = match lie {
        Lie::Expired => now - 60,
        Lie::FromTheFuture => now + 7200,
        _ => now + 600,
    }
    .into();
    let mut id = signed(
        if lie == Lie::OtherKey {
            &keys.1
        } else {
            &keys.0
        },
        &claims,
    );
    if lie == Lie::NoSignature {
        let part = |value: &Value| BASE64.encode(value.to_string());
        id = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims));
    }
    let mut answer = json!({ "access_token": "access", "token_type": "Bearer", "expires_in": 600 });
    if lie != Lie::NoToken {
        answer["id_token"] = id.into();
    }
    Some(answer)
}

/// The site with this provider.
fn connected(place: &Site, provider: &Provider) -> Site {
    Site::start(&place.place, |given| {
        given.oidc_issuer = Some(provider.issuer());
        given.oidc_client_id = Some("masthead".into());
        given.oidc_client_secret = Some("secret".into());
        given.oidc_name = Some("Example ID".into());
        given.allow_private = Some("127.0.0.1".into());
    })
}

async fn come_back(browser: &Browser, provider: &Provider, next: &str, claims: Value) -> Answer {
    let begun = browser.get(&format!("/login/oidc?next={next}")).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    let location = begun.location().expect("an address");
    assert!(location.starts_with(&provider.issuer()), "{location}");
    browser.get(&provider.grants(&location, claims)).await
}

site_test! {
    async fn a_new_person_joins_without_a_password_and_comes_back(first: Site) {
        let provider = Provider::start();
        let site = connected(&first, &provider);
        assert!(site.get("/login?next=/about").await.has("a[href='/login/oidc?next=/about']"));
        let claims = json!({ "sub": "7", "email": "mira@example.org", "email_verified": true, "preferred_username": "mira" });
        let browser = site.browser();
        let met = come_back(&browser, &provider, "/about", claims.clone()).await;
        assert_eq!((met.status, met.field("username").as_deref()), (200, Some("mira")), "{}", met.body);
        assert_eq!(browser.get("/account").await.status, 303, "no session yet");
        assert_eq!(browser.post("/login/oidc/callback", &[("username", "a")]).await.status, 422);
        let joined = browser.post("/login/oidc/callback", &[("username", "mira")]).await;
        assert_eq!((joined.status, joined.location().as_deref()), (303, Some("/about")), "{}", joined.body);
        assert!(!browser.get("/account").await.one(".intro").contains("not confirmed"), "the provider vouches for the address");
        // Nobody logs in with an empty password.
        for password in ["", " ", PASSWORD] {
            assert_eq!(site.browser().post("/login", &[("login", "mira"), ("password", password), ("next", "/")]).await.status, 422);
        }
        let again = site.browser();
        let back = come_back(&again, &provider, "/archive", claims).await;
        assert_eq!((back.status, back.location().as_deref()), (303, Some("/archive")), "{}", back.body);
        assert!(again.get("/account/sessions").await.all("[data-login]")[0].contains("other account"));
        // Fresh by the provider: what asks for a password takes none.
        assert_eq!(again.post("/account/password", &[("current", ""), ("password", "seven loud geese on ice")]).await.status, 303);
        first.run_jobs().await;
    }
}

site_test! {
    async fn an_account_with_the_address_is_connected_only_by_its_password(first: Site) {
        let provider = Provider::start();
        let site = connected(&first, &provider);
        let mira = proved(&site, "mira").await;
        let claims = json!({ "sub": "8", "email": "MIRA@example.org", "email_verified": true });
        let browser = site.browser();
        let met = come_back(&browser, &provider, "/", claims.clone()).await;
        assert_eq!(met.status, 200, "{}", met.body);
        assert!(met.has("input[name=password]") && !met.has("input[name=username]"));
        assert_eq!(browser.post("/login/oidc/callback", &[("password", "not this one")]).await.status, 422);
        assert_eq!(browser.get("/account").await.status, 303);
        assert_eq!(browser.post("/login/oidc/callback", &[("password", PASSWORD)]).await.status, 303);
        assert!(browser.get("/account").await.one(".intro").contains("mira"));
        let again = site.browser();
        assert_eq!(come_back(&again, &provider, "/about", claims).await.location().as_deref(), Some("/about"));
        // An address that the provider does not vouch for connects nothing.
        let liar = site.browser();
        let met = come_back(&liar, &provider, "/", json!({ "sub": "9", "email": "mira@example.org", "email_verified": false })).await;
        assert!(met.has("input[name=username]"), "{}", met.body);
        let taken = liar.post("/login/oidc/callback", &[("username", "other"), ("email", "mira@example.org")]).await;
        assert_eq!(taken.status, 422);
        assert!(taken.has("#f-email[aria-invalid]"));
        // Who is signed in connects by their own page, and takes it back.
        let ben = proved(&site, "ben").await;
        // Only who has asked for it on their own page: a link that someone is led to connects nothing.
        let led = come_back(&ben, &provider, "/account/provider", json!({ "sub": "10" })).await;
        assert_eq!(led.status, 422);
        assert_eq!(ben.post("/account/provider", &[("action", "connect")]).await.location().as_deref(), Some("/account/provider?done=connect"));
        assert!(ben.get("/account/provider?done=connect").await.has("a[href='/login/oidc?next=/account/provider']"));
        let done = come_back(&ben, &provider, "/account/provider", json!({ "sub": "10" })).await;
        assert_eq!(done.location().as_deref(), Some("/account/provider"), "{}", done.body);
        // A proof of who one is needs a new log-in there.
        provider.lies(Lie::OldLogIn);
        assert_eq!(come_back(&ben, &provider, "/about", json!({ "sub": "10" })).await.status, 422);
        provider.lies(Lie::None);
        assert_eq!(come_back(&ben, &provider, "/about", json!({ "sub": "10" })).await.location().as_deref(), Some("/about"));
        assert!(ben.get("/account/provider").await.has("input[value=disconnect]"));
        let other = come_back(&mira, &provider, "/", json!({ "sub": "10" })).await;
        assert_eq!(other.status, 422, "it is Ben's");
        assert_eq!(ben.post("/account/provider", &[("action", "disconnect")]).await.status, 303);
        assert!(ben.get("/account/provider").await.has("input[value=connect]"));
        first.run_jobs().await;
        let subjects: Vec<String> = crate::mail::to(&first.place, "ben@example.org").iter().map(|mail| crate::mail::header(mail, "Subject").to_owned()).collect();
        assert!(subjects.iter().any(|subject| subject.ends_with("a way to log in was removed")), "{subjects:?}");
    }
}

site_test! {
    async fn a_provider_that_is_down_or_lies_is_an_error_page_and_never_a_session(first: Site) {
        let provider = Provider::start();
        let site = connected(&first, &provider);
        let claims = json!({ "sub": "7", "email": "mira@example.org", "email_verified": true });
        let known = site.browser();
        come_back(&known, &provider, "/", claims.clone()).await;
        assert_eq!(known.post("/login/oidc/callback", &[("username", "mira")]).await.status, 303);
        for lie in [Lie::Down, Lie::OtherIssuer, Lie::OtherIssuerInToken, Lie::OtherAudience, Lie::OtherNonce, Lie::Expired, Lie::FromTheFuture, Lie::OtherKey, Lie::NoSignature, Lie::NoToken, Lie::Huge, Lie::Elsewhere] {
            let browser = site.browser();
            let begun = browser.get("/login/oidc").await;
            let back = provider.grants(&begun.location().expect("an address"), claims.clone());
            provider.lies(lie);
            let answer = browser.get(&back).await;
            let expected = if matches!(lie, Lie::Down | Lie::Huge) { 503 } else { 422 };
            assert_eq!(answer.status, expected, "{lie:?}: {}", answer.one("h1"));
            assert!(answer.one(".errors").contains("Example ID"), "{lie:?}");
            assert!(answer.has("input[name=password]"), "there is another way");
            assert_eq!(browser.get("/account").await.status, 303, "{lie:?}");
            if matches!(lie, Lie::Down | Lie::OtherIssuer | Lie::Huge | Lie::Elsewhere) {
                assert_ne!(site.browser().get("/login/oidc").await.status, 303, "{lie:?}: at the beginning too");
            }
            provider.lies(Lie::None);
            assert_eq!(browser.get(&back).await.status, 422, "{lie:?}: it works once");
        }
        // It takes five seconds at most.
        provider.lies(Lie::Silent);
        let began = std::time::Instant::now();
        assert_eq!(site.browser().get("/login/oidc").await.status, 503);
        assert!(began.elapsed().as_millis() < 6_900, "{:?}", began.elapsed());
        provider.lies(Lie::None);
        // Another state, another browser's code, none at all, or what the provider calls an error.
        let (one, two) = (site.browser(), site.browser());
        let at_one = provider.grants(&one.get("/login/oidc").await.location().expect("an address"), claims.clone());
        two.get("/login/oidc").await;
        for path in [at_one.as_str(), "/login/oidc/callback", "/login/oidc/callback?code=x&state=y", "/login/oidc/callback?error=access_denied&state=z"] {
            assert_eq!(two.get(path).await.status, 422, "{path}");
            assert_eq!(site.browser().get(path).await.status, 422, "{path}");
        }
        assert_eq!(two.get("/account").await.status, 303);
        assert_eq!(two.post("/login/oidc/callback", &[("username", "eve")]).await.location().as_deref(), Some("/login"));
        first.run_jobs().await;
    }
}

site_test! {
    async fn private_addresses_are_not_reached_unless_the_operator_says_so(first: Site) {
        let provider = Provider::start();
        let port = provider.address.port();
        for host in ["127.0.0.1", "localhost"] {
            let site = Site::start(&first.place, |given| {
                given.oidc_issuer = Some(format!("http://{host}:{port}"));
                given.oidc_client_id = Some("masthead".into());
                given.oidc_client_secret = Some("secret".into());
            });
            assert_eq!(site.get("/login/oidc").await.status, 503, "{host}");
        }
        assert_eq!(first.get("/login/oidc").await.status, 404, "without a provider there is no such page");
        assert!(!first.get("/login").await.body.contains("/login/oidc"));
    }
}

#[test]
fn only_addresses_of_the_internet_are_public() {
    use masthead::web::outgoing::is_public;
    let is = |text: &str| is_public(text.parse().expect("an address"));
    for private in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "2001::1",
    ] {
        assert!(!is(private), "{private}");
    }
    for public in [
        "1.1.1.1",
        "172.32.0.1",
        "192.169.0.1",
        "100.128.0.1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ] {
        assert!(is(public), "{public}");
    }
}
