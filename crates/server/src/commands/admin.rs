//! `gongdan admin`: help somebody in.

use engine::Engine;
use engine::people;

use crate::address;
use crate::cli::AdminCommand;
use crate::clock;
use crate::commands::open;
use crate::config::Config;
use crate::output;

const LIFETIME_MS: i64 = 30 * 60_000;

pub(crate) async fn run(config: Config, command: AdminCommand) -> anyhow::Result<()> {
    let AdminCommand::Link { tenant, login } = command;
    let engine = open::engine(&config).await?;
    let secret = link(&engine, Some(&tenant), &login).await?;
    let url = match config.http.public_url.as_str() {
        "" => format!("http://{}", address::read(&config.data.dir).unwrap_or_else(|| config.http.listen.to_string())),
        url => url.trim_end_matches('/').to_owned(),
    };
    output::line(&format!("{url}/sign-in#token={secret}"));
    engine.store().close().await;
    Ok(())
}

/// The secret of a one-time sign-in link. It rides behind `#`, so that no server log ever sees it.
pub(crate) async fn link(engine: &Engine, tenant: Option<&str>, login: &str) -> anyhow::Result<String> {
    let Some(tenant) = engine.store().tenant_find(tenant).await? else {
        anyhow::bail!("there is no such tenant");
    };
    let ctx = open::system(tenant.id);
    match people::issue_link(engine, &ctx, login, clock::random(), LIFETIME_MS).await {
        Err(engine::Error::NotFound) => anyhow::bail!("nobody in tenant `{}` signs in as `{login}`", tenant.slug),
        issued => Ok(issued?),
    }
}
