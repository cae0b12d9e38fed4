//! OpenID Connect: the questions to a provider and the checks of its answers. Authorization code with PKCE, state and nonce.
//! <https://openid.net/specs/openid-connect-core-1_0.html>

use crate::config::Provider;
use crate::db::Time;
use crate::text::token;
use crate::web::outgoing::{Failed, Outgoing};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken,
    CoreIdTokenClaims, CoreIdTokenVerifier, CoreProviderMetadata,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};

/// How far a provider's clock may be ahead, in milliseconds.
const CLOCK_SKEW: i64 = 5 * Time::MINUTE;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What a session keeps of a log-in that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begun {
    state: String,
    nonce: String,
    verifier: String,
    pub next: String,
    /// The account that is signed in: the provider asks for a new log-in.
    pub account: Option<i64>,
    /// The account is to be connected.
    pub connects: bool,
}

/// Whom a provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub issuer: String,
    pub subject: String,
    /// Empty = the provider names none.
    pub email: String,
    pub email_verified: bool,
    /// The name that they have there, to suggest a username.
    pub name: String,
    pub next: String,
}

/// Why there is no [`Person`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The provider does not answer.
    Down(String),
    /// It answers something else than what it was asked.
    Refused(String),
}

async fn client(
    provider: &Provider,
    redirect: &str,
    outgoing: &Outgoing,
) -> Result<Client, Problem> {
    let refused = |error: &dyn std::fmt::Display| Problem::Refused(error.to_string());
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|e| refused(&e))?;
    let http = |request: HttpRequest| outgoing.send(request);
    // Checks that the document names the issuer that it was asked for.
    let metadata = CoreProviderMetadata::discover_async(issuer, &http)
        .await
        .map_err(problem)?;
    let methods = metadata.token_endpoint_auth_methods_supported();
    let only_in_body = methods.is_some_and(|methods| {
        !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
            && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
    });
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|e| refused(&e))?;
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(provider.client_id.clone()),
        Some(ClientSecret::new(provider.client_secret.clone())),
    )
    .set_redirect_uri(redirect);
    Ok(match only_in_body {
        true => client.set_auth_type(AuthType::RequestBody),
        false => client,
    })
}

fn problem(error: openidconnect::DiscoveryError<Failed>) -> Problem {
    match error {
        openidconnect::DiscoveryError::Request(failed) => Problem::Down(failed.to_string()),
        openidconnect::DiscoveryError::Response(status, ..) if status.is_server_error() => {
            Problem::Down(status.to_string())
        }
        other => Problem::Refused(format!("{other}: {other:?}")),
    }
}

/// The address at the provider to send the browser to, and what to keep meanwhile. `next`: where to go on. Last: the account that is
/// signed in, and whether it is to be connected.
///
/// # Errors
/// When the provider does not answer or is not the one that was configured.
pub async fn begin(
    provider: &Provider,
    redirect: &str,
    outgoing: &Outgoing,
    next: &str,
    (account, connects): (Option<i64>, bool),
) -> Result<(String, Begun), Problem> {
    let client = client(provider, redirect, outgoing).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut asked = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".into()))
        .add_scope(Scope::new("profile".into()))
        .set_pkce_challenge(challenge);
    if account.is_some() {
        asked = asked
            .add_prompt(CoreAuthPrompt::Login)
            .set_max_age(std::time::Duration::ZERO);
    }
    let (url, state, nonce) = asked.url();
    let begun = Begun {
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        next: next.to_owned(),
        account,
        connects,
    };
    Ok((url.to_string(), begun))
}

/// Exchanges the code that the browser has brought, and checks the provider's answer: signature, issuer, audience, nonce and times.
///
/// # Errors
/// When anything is not as it should be.
pub async fn finish(
    provider: &Provider,
    redirect: &str,
    outgoing: &Outgoing,
    begun: Begun,
    (code, state): (&str, &str),
    now: Time,
) -> Result<Person, Problem> {
    let refused = |what: &str| Problem::Refused(what.to_owned());
    if token::hash(&begun.state) != token::hash(state) {
        return Err(refused("the state is another one"));
    }
    let client = client(provider, redirect, outgoing).await?;
    let http = |request: HttpRequest| outgoing.send(request);
    let tokens = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|error| Problem::Refused(error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier))
        .request_async(&http)
        .await
        .map_err(|error| match error {
            openidconnect::RequestTokenError::Request(failed) => Problem::Down(failed.to_string()),
            other => Problem::Refused(format!("{other}: {other:?}")),
        })?;
    let id = tokens
        .id_token()
        .ok_or_else(|| refused("there is no ID token"))?;
    let seconds = now.0 / 1000;
    let verifier = client
        .id_token_verifier()
        .set_time_fn(move || at(seconds))
        .set_issue_time_verifier_fn(
            move |issued| match issued > at(seconds + CLOCK_SKEW / 1000) {
                true => Err("it was issued in the future".into()),
                false => Ok(()),
            },
        );
    let claims = id
        .claims(&verifier, &Nonce::new(begun.nonce))
        .map_err(|error| Problem::Refused(error.to_string()))?;
    if begun.account.is_some() {
        let since = claims.auth_time().map(|at| now.0 - at.timestamp_millis());
        if since.is_none_or(|since| since > CLOCK_SKEW) {
            return Err(refused("they have not logged in there just now"));
        }
    }
    check_access_token(id, claims, &verifier, tokens.access_token())?;
    let name = claims.preferred_username().map(|name| name.to_string());
    Ok(Person {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: claims
            .email()
            .map_or(String::new(), |email| email.to_string()),
        email_verified: claims.email_verified().unwrap_or(false),
        name: name.unwrap_or_default(),
        next: begun.next,
    })
}

/// Whether the access token is the one that the ID token was made with (OpenID Connect Core, 3.1.3.8).
fn check_access_token(
    id: &CoreIdToken,
    claims: &CoreIdTokenClaims,
    verifier: &CoreIdTokenVerifier<'_>,
    token: &AccessToken,
) -> Result<(), Problem> {
    let refused = |error: &dyn std::fmt::Display| Problem::Refused(error.to_string());
    let Some(expected) = claims.access_token_hash() else {
        return Ok(());
    };
    let algorithm = id.signing_alg().map_err(|e| refused(&e))?;
    let key = id.signing_key(verifier).map_err(|e| refused(&e))?;
    let actual = AccessTokenHash::from_token(token, algorithm, key).map_err(|e| refused(&e))?;
    match actual == *expected {
        true => Ok(()),
        false => Err(refused(&"the access token is another one")),
    }
}

fn at(seconds: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
