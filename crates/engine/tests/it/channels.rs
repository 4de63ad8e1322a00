//! Ways to people outside the page: what is due goes out once, as one message, and only to who may still read it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use domain::id::TicketId;
use domain::notification::{Choices, Topic, TopicChoice, When};
use domain::port::{Channel, ChannelError, Outgoing};
use domain::ticket::Visibility;
use engine::tickets::{self, AddComment, CreateTicket};
use engine::{Ctx, notifications};
use serde_json::{Value, json};
use testkit::matrix::Fresh;

use crate::desk::{Desk, store_scope};

testkit::on_both! {
    a_reply_leaves_once_by_the_channel_that_was_chosen
    a_digest_is_one_message_without_what_was_read_or_may_no_longer_be_read
}

/// The outside: keeps what it was given, or does not answer.
#[derive(Default)]
struct Pager {
    sent: Mutex<Vec<Outgoing>>,
    is_down: AtomicBool,
}

impl Channel for Pager {
    fn name(&self) -> &str {
        "pager"
    }

    fn send<'a>(
        &'a self,
        message: &'a Outgoing,
    ) -> Pin<Box<dyn Future<Output = Result<(), ChannelError>> + Send + 'a>> {
        Box::pin(async move {
            if self.is_down.load(Ordering::Relaxed) {
                return Err(ChannelError::Unavailable("no answer".into()));
            }
            self.sent.lock().expect("no test panics inside").push(message.clone());
            Ok(())
        })
    }
}

impl Pager {
    fn lines(&self) -> Vec<Vec<String>> {
        let sent = self.sent.lock().expect("no test panics inside");
        sent.iter().map(|message| message.lines.iter().map(|line| line.text.clone()).collect()).collect()
    }
}

async fn desk(fresh: &Fresh) -> (Desk, Arc<Pager>) {
    let mut desk = Desk::open(fresh).await;
    let pager = Arc::new(Pager::default());
    let channel: Arc<dyn Channel> = pager.clone();
    desk.engine = desk.engine.clone().with_channels([channel]);
    (desk, pager)
}

async fn choose(desk: &Desk, who: &Ctx, when: When) {
    let choice = TopicChoice { in_app: true, when, channels: ["pager".to_owned()].into() };
    let choices = Choices { topics: BTreeMap::from([(Topic::Reply, choice)]), ..Choices::default() };
    notifications::set_choices(&desk.engine, who, choices).await.expect("chosen");
}

async fn reported(desk: &Desk, requester: &Ctx, title: &str) -> TicketId {
    let data = json!({"title": title, "urgency": "normal"}).as_object().cloned().unwrap_or_default();
    let command = CreateTicket { form: "repair".into(), data, source: "web".into() };
    tickets::create(&desk.engine, requester, command).await.expect("created").id
}

async fn reply(desk: &mut Desk, ticket: TicketId, body: &str) {
    desk.now = desk.now.plus_millis(1_000);
    let agent = desk.person("wen.jing").await;
    let comment = AddComment { ticket, visibility: Visibility::Public, body: body.into(), files: Vec::new() };
    tickets::comment(&desk.engine, &agent, comment).await.expect("written");
}

async fn a_reply_leaves_once_by_the_channel_that_was_chosen(fresh: Fresh) {
    let (mut desk, pager) = desk(&fresh).await;
    let requester = desk.person("luo.gang").await;
    choose(&desk, &requester, When::Now).await;
    let ticket = reported(&desk, &requester, "三楼打印机卡纸").await;
    desk.run_jobs().await;

    pager.is_down.store(true, Ordering::Relaxed);
    reply(&mut desk, ticket, "马上来").await;
    desk.run_jobs().await;
    assert_eq!(pager.lines(), Vec::<Vec<String>>::new());

    pager.is_down.store(false, Ordering::Relaxed);
    desk.now = desk.now.plus_millis(10_000);
    desk.run_jobs().await;
    assert_eq!(pager.lines(), [["文静回复了 WX-00001 三楼打印机卡纸"]]);
    desk.now = desk.now.plus_millis(3_600_000);
    desk.run_jobs().await;
    assert_eq!(pager.lines().len(), 1);

    let sent = pager.sent.lock().expect("no test panics inside")[0].clone();
    let inbox = notifications::list(&desk.engine, &requester, false, None, None, 10).await.expect("an inbox");
    let entry = inbox.messages[0].row.entry.expect("an entry");
    assert_eq!(
        (sent.to.user, sent.lines[0].path.clone()),
        (requester.actor().user_id().expect("a person"), format!("/tickets/WX-00001#{entry}"))
    );
}

async fn a_digest_is_one_message_without_what_was_read_or_may_no_longer_be_read(fresh: Fresh) {
    let (mut desk, pager) = desk(&fresh).await;
    let requester = desk.person("luo.gang").await;
    choose(&desk, &requester, When::Hourly).await;
    let mut made = Vec::new();
    for title in ["一号", "二号", "三号", "四号"] {
        made.push(reported(&desk, &requester, title).await);
    }
    for ticket in made.clone() {
        reply(&mut desk, ticket, "收到").await;
    }
    desk.run_jobs().await;
    assert!(pager.lines().is_empty(), "the hour is not over");

    notifications::read_ticket(&desk.engine, &requester, made[0]).await.expect("read");
    let lost = made[1];
    let scope = store_scope(&desk.system);
    let taken = desk.engine.store().tx(scope, move |tx| {
        Box::pin(async move {
            let mut row = tx.ticket_by_id(lost).await?.expect("the ticket");
            row.requester_id = None;
            tx.ticket_update(&row).await
        })
    });
    taken.await.expect("another reported it after all");

    desk.now = desk.now.plus_millis(3_600_000);
    desk.run_jobs().await;
    assert_eq!(pager.lines(), [["文静回复了 WX-00003 三号", "文静回复了 WX-00004 四号"]]);
    let inbox = notifications::list(&desk.engine, &requester, false, None, None, 10).await.expect("an inbox");
    let hidden = inbox
        .messages
        .iter()
        .filter(|message| !message.visible && message.row.data == Value::Object(Default::default()));
    assert_eq!(hidden.count(), 1);
}
