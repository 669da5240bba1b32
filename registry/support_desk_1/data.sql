-- table: agents
INSERT INTO agents (id, full_name, email, role, capacity, backup_id, is_active) VALUES
    (1, 'Maren Holt', 'maren.holt@haldenrook.example', 'senior', 8, 5, 1),
    (2, 'Jonas Weidner', 'jonas.weidner@haldenrook.example', 'lead', 6, 13, 1),
    (3, 'Priya Raman', 'priya.raman@haldenrook.example', 'agent', 6, 4, 1),
    (4, 'Tomasz Lipa', 'tomasz.lipa@haldenrook.example', 'agent', 4, 3, 1),
    (5, 'Celeste Arnaud', 'celeste.arnaud@haldenrook.example', 'senior', 5, 1, 1),
    (6, 'Dev Malhotra', 'dev.malhotra@haldenrook.example', 'agent', 4, 12, 1),
    (7, 'Ingrid Solvang', 'ingrid.solvang@haldenrook.example', 'agent', 4, 8, 1),
    (8, 'Kwame Boateng', 'kwame.boateng@haldenrook.example', 'agent', 7, 7, 1),
    (9, 'Lucia Ferrante', 'lucia.ferrante@haldenrook.example', 'lead', 6, 10, 1),
    (10, 'Noor Haddad', 'noor.haddad@haldenrook.example', 'manager', 2, 9, 1),
    (11, 'Sam Whitlock', 'sam.whitlock@haldenrook.example', 'agent', 4, NULL, 0),
    (12, 'Petra Novakova', 'petra.novakova@haldenrook.example', 'agent', 4, 6, 1),
    (13, 'Oskar Brandt', 'oskar.brandt@haldenrook.example', 'lead', 5, 2, 1);

-- table: approval_limits
INSERT INTO approval_limits (role, max_credit_cents) VALUES
    ('agent', 10000),
    ('senior', 50000),
    ('lead', 250000),
    ('manager', 1000000);

-- table: calendars
INSERT INTO calendars (id, code, name) VALUES
    (1, 'business', 'Business hours, Monday to Friday'),
    (2, 'extended', 'Extended hours, Monday to Saturday'),
    (3, 'always', 'Around the clock');

-- table: custom_fields
INSERT INTO custom_fields (id, code, label, kind, choices, required_to_solve) VALUES
    (1, 'impact', 'Who is concerned', 'choice', 'single_user,some_users,all_users', 0),
    (2, 'work_state', 'What it means for their work', 'choice', 'blocked,workaround,unaffected', 0),
    (3, 'environment', 'Where it happens', 'choice', 'production,sandbox', 0),
    (4, 'root_cause', 'Root cause', 'choice', 'product_defect,configuration,how_to,customer_change,third_party,billing', 1),
    (5, 'affected_people', 'Number of people', 'number', NULL, 0),
    (6, 'client_version', 'Version of the client', 'text', NULL, 0);

-- table: documents
INSERT INTO documents (id, code, version, title, status, effective_from, body) VALUES
    (1, 'ABS-05', 1, 'Handing over an absent colleague''s tickets', 'superseded', '2024-05-01', '1. Record the absence.
2. All tickets of the colleague, in whatever state, go to the backup. The backup passes on what is too much.
3. Tell every customer concerned who has taken over.'),
    (2, 'ABS-05', 2, 'Handing over an absent colleague''s tickets', 'in_force', '2025-11-01', '1. Record the absence for whole days, from the first day to the last day that was named.
2. Only new and open tickets are handed over. Tickets that are pending or on hold stay with the colleague.
3. Of those, a ticket is handed over if its resolution clock runs out before the day on which the colleague is back. The others stay.
4. An urgent ticket goes to the lead of the queue it is in.
5. The rest are taken one by one, the one that is due soonest first. Each goes to the colleague''s backup as long as the backup has a place left, and after that to the lead of the queue the ticket is in.
6. State, priority and queue stay as they are, and no note is written: the history shows the change.
7. The customer of an urgent ticket gets the macro HANDOVER, in the ticket''s language or, where it does not exist in that, in English. No other customer is written to.'),
    (3, 'COMM-11', 2, 'Writing to customers', 'in_force', '2025-03-01', '1. A macro is sent as it stands. Choose the one in the language of the ticket if there is one and it is not retired, and the English one otherwise.
2. Where a document names a macro, send that macro and nothing beside it. One message per matter.
3. Links and attachments are added only where a document says so.
4. Internal notes are for colleagues. Never quote them to a customer.'),
    (4, 'CRED-06', 1, 'Service credits', 'superseded', '2024-01-01', '1. Every ticket that missed its resolution target in a month gives 5 percent of that month''s invoice, whatever its priority.
2. There is no upper bound, and no other credits are deducted.
3. A credit above the limit of the agent is divided into several.'),
    (5, 'CRED-06', 2, 'Service credits', 'in_force', '2026-01-01', '1. When credit is owed. A customer who asks is owed credit for a calendar month if tickets solved in that month missed the resolution target. Only urgent and high tickets count. A ticket does not count if its root_cause is customer_change or third_party, or if it was merged into another.
2. How much. Of the invoice for that month, each ticket that counts gives 3 percent on the plan Business and 6 percent on the plan Enterprise, up to 20 percent together. The plan Starter has no service credit.
3. From this amount subtract the credits of the kind goodwill that were issued on the same invoice. Declined ones and those on other invoices are not subtracted. If nothing is left, no credit is recorded.
4. Record the credit once, of the kind sla, on that invoice, for the ticket in which the customer asks. It is never divided to stay below a limit: what is above your limit waits for approval by itself.
5. Answer the customer. If the credit was issued, send CREDIT-ISSUED, set root_cause to billing and solve the ticket. If it waits for approval, send CREDIT-REVIEW and put the ticket on hold, and set no root cause yet. Send the macro in the ticket''s language or, where it does not exist in that, in English.'),
    (6, 'CSAT-12', 1, 'Low ratings', 'in_force', '2025-06-01', '1. Leads read ratings of 1 and 2 every Friday and speak with the agent first.
2. Agents do not write to a customer about a rating, and do not reopen a ticket because of one.'),
    (7, 'DUP-03', 2, 'Duplicates and merging', 'in_force', '2025-09-01', '1. Two tickets are duplicates if the same customer reports the same fault of the same product, whoever of them wrote and whatever the subject says. Read the conversations: alike subjects can be about different faults.
2. The ticket that remains is the oldest of those that are not solved or closed. Solved and closed tickets are never merged, in either direction.
3. Before anything is merged, the remaining ticket gets the highest priority that any of the group has, and all tags that any of the group carries. Tags it has already stay.
4. Merge each duplicate into the remaining ticket, directly.
5. Then send the macro MERGED once, on the remaining ticket only, in the ticket''s language or, where it does not exist in that, in English. Its state, queue and assignee stay as they are.
6. Tickets of other customers are never part of it, even if the fault is the same.'),
    (8, 'ENT-09', 3, 'Entitlement, and requests by phone', 'in_force', '2026-01-15', '1. Support for a product is owed on the days of the customer''s entitlement for it, the first and the last day included.
2. Whoever reports a matter by phone must be an active contact. The ticket is opened for them, with the channel phone.
3. If the customer is entitled, the ticket goes to Triage with the priority normal, and that is all.
4. If not, the ticket is opened all the same, but in the queue Accounts and with the priority low, gets the tag no-entitlement and stays unassigned. Send the macro ENT-EXPIRED if they once were entitled for the product, and ENT-NONE if they never were, in the ticket''s language or, where it does not exist in that, in English. Do not change the state beyond what sending does.
5. Log the time of the call on the ticket. It is billable if the customer is entitled, and not billable otherwise.'),
    (9, 'KB-08', 2, 'Correcting articles', 'in_force', '2025-12-01', '1. A published text is corrected by publishing another version, never by an explanation in a ticket.
2. If there is a draft that states the facts as the product team confirmed them in writing, and states nothing that they contradict, publish that draft. Do not write another one.
3. Drafts that are wrong stay drafts: their authors deal with them.
4. Nobody publishes their own draft.
5. The customer who reported the mistake gets the macro KB-FIXED with the article attached to the same reply, in the ticket''s language or, where it does not exist in that, in English. The ticket then waits on the customer: set it to pending. Set no root cause.'),
    (10, 'PRI-02', 3, 'Triage: priority and queue', 'superseded', '2024-10-01', '1. The priority that the customer chose in the portal is kept, unless it is urgent and only one person is concerned: then it becomes high.
2. Tickets of Enterprise customers are raised by one step.
3. The queue is that of the product.'),
    (11, 'PRI-02', 4, 'Triage: priority and queue', 'in_force', '2026-02-01', '1. The desk sets the priority by what is described. What the customer calls a ticket, or chose in the portal, is no criterion, and nor is the plan.
2. On every ticket that is triaged, set three fields. impact: how many people of the customer are concerned (single_user, some_users, all_users). work_state: whether their work cannot be done (blocked), can be done in another way that works today (workaround), or goes on as usual (unaffected). environment: production or sandbox.
3. The priority, by impact and work_state:
   all_users: blocked urgent, workaround high, unaffected normal.
   some_users: blocked high, workaround normal, unaffected low.
   single_user: blocked normal, workaround low, unaffected low.
4. In the sandbox it is one step lower, but never below low.
5. If somebody can see data that is not theirs, or if data was lost, the priority is at least high whatever rules 3 and 4 give. The ticket also gets the tag data-risk and is escalated to level 2 with the reason data_risk.
6. A sign-in matter gets the tag sso, an invoice matter the tag billing. No other tags are set.
7. The ticket goes to the queue of the first active assignment rule that fits it as it then is.
8. That is all of triage. Nobody is assigned or written to, and state, kind, subject and product stay.'),
    (12, 'PROB-07', 2, 'When a problem is fixed', 'in_force', '2025-10-15', '1. Set the problem to fixed, with the release. Its owner closes it later.
2. Take every linked ticket that is new, open or on hold.
   (a) If the release is out on the release channel that stands on the customer''s record: set root_cause to product_defect, send FIX-OUT and solve the ticket.
   (b) If it is not: send FIX-LTS and put the ticket on hold. Set no root cause.
3. A linked ticket that is pending gets the macro that rule 2 would give it, and nothing else. It stays pending.
4. Linked tickets that are solved or closed are left alone. So are tickets that are not linked, however much they look alike.
5. Set the component that the problem names back to operational on the status page, with a short message.
6. Macros are sent in the ticket''s language or, where it does not exist in that, in English.'),
    (13, 'ROUTE-04', 4, 'Assigning tickets', 'superseded', '2024-11-01', '1. The agent with the fewest active tickets gets the ticket.
2. Leads take part like everybody else.
3. Of equals, the one with the lowest id.'),
    (14, 'ROUTE-04', 5, 'Assigning tickets', 'in_force', '2026-01-01', '1. Assign one ticket after another: higher priorities first, and of the same priority the older one first. Each assignment counts for the next.
2. The first active assignment rule that fits the ticket gives the skill and the level that are needed.
3. An agent can be chosen who has that skill at that level or above, is at work (within today''s shift, and not recorded as absent today) and has a free place (load below capacity). Leads and managers are not chosen.
4. If the ticket is in another language than English, and some of these agents have the skill of that language at any level, only those remain.
5. Of the agents who remain, the one with the most free places (capacity less load) gets the ticket.
6. Of equals, the one with the higher level of the skill that the rule asks for; then the one with the lower id.
7. Queue, state and priority stay as they are.'),
    (15, 'SLA-01', 3, 'SLA clocks', 'in_force', '2025-07-01', '1. Each ticket has two clocks from its creation. The first-response clock stops at the first public reply of an agent, the resolution clock when the ticket is solved.
2. A clock counts the minutes of its calendar. The calendar and the minutes follow from the customer''s plan and the ticket''s present priority.
3. The resolution clock pauses while the ticket is pending. On hold does not pause it: then it is we who take the time.
4. A clock that stops by its due time is met, later it is missed. The clocks of a merged ticket are void.
5. A ticket is late once a due time has passed, whether or not it is answered later.'),
    (16, 'TIME-10', 2, 'Billing support time', 'superseded', '2024-02-01', '1. All entries that are marked billable are billed.
2. The sum of a month is rounded up to a full hour.
3. Minutes that were not used are carried over to the next month.'),
    (17, 'TIME-10', 3, 'Billing support time', 'in_force', '2026-01-01', '1. A month''s bill counts the entries worked in that month that are marked billable, on all tickets of the customer, solved or not.
2. Time on a ticket whose root_cause is product_defect is never billed, even if it is marked billable.
3. Each entry is rounded up to the next full quarter of an hour, on its own, before anything is added up.
4. From the sum subtract the included minutes of the service package in force in that month. Unused minutes are not carried over.
5. What remains is billed at the hourly rate of that package, quarter hours in proportion.');

-- table: macros
INSERT INTO macros (id, code, language, title, body, is_active) VALUES
    (1, 'ASK-LOGS', 'en', 'Ask for logs', 'Hello {contact},

to get further with {ticket} we need the log of the hour in which it happened. You find it under Administration, Diagnostics.

Kind regards, {agent}', 1),
    (2, 'ASK-LOGS', 'fr', 'Demander les journaux', 'Bonjour {contact},

pour avancer sur {ticket}, il nous faut le journal de l''heure concernée. Vous le trouverez sous Administration, Diagnostic.

Cordialement, {agent}', 1),
    (3, 'CREDIT-ISSUED', 'en', 'Credit issued', 'Hello {contact},

the service credit you asked for in {ticket} has been issued. You will see it on your next statement.

Kind regards, {agent}', 1),
    (4, 'CREDIT-REVIEW', 'de', 'Gutschrift in Prüfung', 'Guten Tag {contact},

die Gutschrift aus {ticket} haben wir berechnet und zur Freigabe gegeben. Sie hören von uns, sobald entschieden ist.

Freundliche Grüße, {agent}', 1),
    (5, 'CREDIT-REVIEW', 'en', 'Credit in review', 'Hello {contact},

we have worked out the service credit for {ticket} and passed it on for approval. You will hear from us once it is decided.

Kind regards, {agent}', 1),
    (6, 'ENT-EXPIRED', 'de', 'Anspruch abgelaufen', 'Guten Tag {contact},

vielen Dank für Ihren Anruf. Ihr Anspruch auf Support für dieses Produkt ist abgelaufen. Unser Vertrieb meldet sich zu {ticket} mit den Möglichkeiten.

Freundliche Grüße, {agent}', 1),
    (7, 'ENT-EXPIRED', 'en', 'Entitlement ended', 'Hello {contact},

thank you for your call. Your entitlement to support for this product has ended. Our sales team will come back to you on {ticket} with the options.

Kind regards, {agent}', 1),
    (8, 'ENT-NONE', 'de', 'Kein Anspruch', 'Guten Tag {contact},

vielen Dank für Ihren Anruf. Für dieses Produkt besteht bisher kein Anspruch auf Support. Unser Vertrieb meldet sich zu {ticket} mit den Möglichkeiten.

Freundliche Grüße, {agent}', 1),
    (9, 'ENT-NONE', 'en', 'No entitlement', 'Hello {contact},

thank you for your call. You have no entitlement to support for this product so far. Our sales team will come back to you on {ticket} with the options.

Kind regards, {agent}', 1),
    (10, 'FIX-LTS', 'de', 'Korrektur folgt im LTS-Kanal', 'Guten Tag {contact},

der Fehler hinter {ticket} ist behoben, die Korrektur erscheint im LTS-Kanal aber erst mit dem nächsten Quartalsstand. Bis dahin hilft die bekannte Umgehung.

Freundliche Grüße, {agent}', 1),
    (11, 'FIX-LTS', 'en', 'Fix will follow on LTS', 'Hello {contact},

the fault behind {ticket} is fixed, but the fix reaches the LTS channel only with the next quarterly release. Until then the known workaround helps.

Kind regards, {agent}', 1),
    (12, 'FIX-OUT', 'de', 'Korrektur verfügbar', 'Guten Tag {contact},

der Fehler hinter {ticket} ist behoben, und die Korrektur ist in Ihrem Kanal verfügbar. Sie müssen nichts tun.

Freundliche Grüße, {agent}', 1),
    (13, 'FIX-OUT', 'en', 'Fix is out', 'Hello {contact},

the fault behind {ticket} is fixed, and the fix is out on your release channel. There is nothing you need to do.

Kind regards, {agent}', 1),
    (14, 'FIX-OUT', 'sv', 'Rättning ute', 'Hej {contact},

felet bakom {ticket} är rättat.

Vänliga hälsningar, {agent}', 0),
    (15, 'HANDOVER', 'de', 'Übergabe', 'Guten Tag {contact},

um {ticket} kümmert sich ab sofort die Leitung unseres Teams, damit keine Zeit verloren geht.

Freundliche Grüße, {agent}', 1),
    (16, 'HANDOVER', 'en', 'Handover', 'Hello {contact},

the lead of our team is taking over {ticket} as of now, so that no time is lost.

Kind regards, {agent}', 1),
    (17, 'HANDOVER', 'fr', 'Passation', 'Bonjour {contact},

la responsable de notre équipe reprend {ticket} dès maintenant, pour ne pas perdre de temps.

Cordialement, {agent}', 1),
    (18, 'KB-FIXED', 'en', 'Article corrected', 'Hello {contact},

you were right: our article was wrong, and we have corrected it. Please have a look at the new text and tell us whether {ticket} is settled with that.

Kind regards, {agent}', 1),
    (19, 'KB-HELP', 'en', 'Article that helps', 'Hello {contact},

the article attached describes what you asked in {ticket}, step by step.

Kind regards, {agent}', 1),
    (20, 'MERGED', 'de', 'Tickets zusammengeführt', 'Guten Tag {contact},

wir haben Ihre Meldungen zum selben Fehler in {ticket} zusammengeführt und antworten dort.

Freundliche Grüße, {agent}', 1),
    (21, 'MERGED', 'en', 'Tickets merged', 'Hello {contact},

we have merged your reports of the same fault into {ticket} and will answer there.

Kind regards, {agent}', 1),
    (22, 'MERGED', 'fr', 'Tickets fusionnés', 'Bonjour {contact},

nous avons réuni vos signalements du même défaut dans {ticket} et y répondrons.

Cordialement, {agent}', 1),
    (23, 'SORRY-DELAY', 'en', 'Apology for a delay', 'Hello {contact},

we are sorry that {ticket} takes longer than it should.

Kind regards, {agent}', 0);

-- table: plans
INSERT INTO plans (id, code, name) VALUES
    (1, 'starter', 'Starter'),
    (2, 'business', 'Business'),
    (3, 'enterprise', 'Enterprise');

-- table: products
INSERT INTO products (id, code, name) VALUES
    (1, 'flows', 'Rookery Flows'),
    (2, 'connect', 'Rookery Connect'),
    (3, 'vault', 'Rookery Vault'),
    (4, 'insight', 'Rookery Insight'),
    (5, 'platform', 'Rookery Platform');

-- table: skills
INSERT INTO skills (id, code, name, kind) VALUES
    (1, 'flows', 'Flows and the scheduler', 'technical'),
    (2, 'connect_api', 'Connect API and webhooks', 'technical'),
    (3, 'sso', 'Sign-in and identity', 'technical'),
    (4, 'vault', 'Vault and retention', 'technical'),
    (5, 'insight', 'Insight reports', 'technical'),
    (6, 'billing', 'Invoices and contracts', 'technical'),
    (7, 'german', 'German', 'language'),
    (8, 'french', 'French', 'language'),
    (9, 'italian', 'Italian', 'language'),
    (10, 'swedish', 'Swedish', 'language');

-- table: tags
INSERT INTO tags (id, name) VALUES
    (1, 'api'),
    (2, 'billing'),
    (3, 'data-risk'),
    (4, 'export'),
    (5, 'finance-close'),
    (6, 'no-entitlement'),
    (7, 'onboarding'),
    (8, 'product-feedback'),
    (9, 'sftp'),
    (10, 'sso'),
    (11, 'upgrade'),
    (12, 'vip'),
    (13, 'waiting-release');

-- table: absences
INSERT INTO absences (id, agent_id, first_day, last_day, kind, recorded_by) VALUES
    (1, 8, '2026-05-05', '2026-05-07', 'training', 2),
    (2, 5, '2026-05-18', '2026-05-22', 'leave', 2),
    (3, 6, '2026-04-07', '2026-04-10', 'illness', 1),
    (4, 10, '2026-04-27', '2026-04-30', 'leave', 9),
    (5, 12, '2026-05-15', '2026-05-15', 'leave', 2);

-- table: agent_skills
INSERT INTO agent_skills (agent_id, skill_id, level) VALUES
    (1, 1, 3),
    (1, 3, 1),
    (1, 4, 2),
    (1, 7, 2),
    (2, 1, 2),
    (2, 2, 3),
    (2, 3, 2),
    (2, 7, 3),
    (3, 1, 3),
    (3, 2, 1),
    (3, 3, 1),
    (4, 1, 2),
    (4, 2, 2),
    (5, 2, 3),
    (5, 3, 2),
    (5, 8, 3),
    (6, 1, 1),
    (6, 2, 2),
    (6, 8, 2),
    (7, 3, 3),
    (7, 4, 2),
    (7, 10, 3),
    (8, 2, 3),
    (8, 4, 1),
    (8, 5, 1),
    (8, 8, 3),
    (9, 5, 2),
    (9, 6, 3),
    (9, 9, 3),
    (10, 6, 2),
    (11, 2, 2),
    (11, 3, 3),
    (12, 2, 2),
    (12, 3, 2),
    (12, 7, 1),
    (12, 8, 2),
    (13, 1, 2),
    (13, 4, 3),
    (13, 5, 3);

-- table: articles
INSERT INTO articles (id, slug, title, product_id, audience, status) VALUES
    (1, 'copy-a-flow', 'Copying a flow to another workspace', 1, 'public', 'published'),
    (2, 'flow-schedule-basics', 'How the scheduler decides when a flow runs', 1, 'public', 'published'),
    (3, 'api-rate-limits', 'Rate limits of the Connect API', 2, 'public', 'published'),
    (4, 'webhook-signatures', 'Checking the signature of a webhook', 2, 'public', 'published'),
    (5, 'vault-retention', 'Retention rules in Vault', 3, 'public', 'published'),
    (6, 'sso-certificate-runbook', 'Runbook: rotating SSO certificates', 5, 'internal', 'published'),
    (7, 'rotate-sso-certificate', 'Rotating your SSO certificate', 5, 'public', 'published'),
    (8, 'scim-groups', 'Syncing groups with SCIM', 5, 'public', 'published'),
    (9, 'insight-fiscal-year', 'Setting the fiscal year in Insight', 4, 'public', 'draft'),
    (10, 'old-mobile-app', 'Installing the mobile app (before release 7)', 1, 'public', 'retired');

-- table: audit_log
INSERT INTO audit_log (id, at, agent_id, action, entity, entity_id, detail) VALUES
    (1, '2026-04-09 10:00:00', 4, 'credit', 'ticket', 352, 'goodwill 9000 cents on INV-2602'),
    (2, '2026-04-27 06:45:00', 2, 'set_status', 'component', 1, 'operational -> degraded'),
    (3, '2026-04-28 11:40:00', 4, 'merge', 'ticket', 382, 'into HR-20381'),
    (4, '2026-04-29 14:00:00', 2, 'set_workaround', 'problem', 118, 'new text'),
    (5, '2026-05-04 10:30:00', 1, 'credit', 'ticket', 381, 'goodwill 15000 cents on INV-2603'),
    (6, '2026-05-04 15:00:00', 1, 'reply', 'ticket', 433, 'own text'),
    (7, '2026-05-05 08:30:00', 13, 'set_status', 'component', 8, 'operational -> degraded'),
    (8, '2026-05-05 14:00:00', 3, 'credit', 'ticket', 400, 'sla 96000 cents on INV-2615'),
    (9, '2026-05-06 07:46:00', 3, 'escalate', 'ticket', 456, 'level 2: technical'),
    (10, '2026-05-06 08:20:00', 2, 'reply', 'ticket', 458, 'own text');

-- table: calendar_hours
INSERT INTO calendar_hours (id, calendar_id, weekday, opens_minute, closes_minute) VALUES
    (1, 1, 0, 480, 1080),
    (2, 1, 1, 480, 1080),
    (3, 1, 2, 480, 1080),
    (4, 1, 3, 480, 1080),
    (5, 1, 4, 480, 1080),
    (6, 2, 0, 360, 1320),
    (7, 2, 1, 360, 1320),
    (8, 2, 2, 360, 1320),
    (9, 2, 3, 360, 1320),
    (10, 2, 4, 360, 1320),
    (11, 2, 5, 360, 1320),
    (12, 3, 0, 0, 1440),
    (13, 3, 1, 0, 1440),
    (14, 3, 2, 0, 1440),
    (15, 3, 3, 0, 1440),
    (16, 3, 4, 0, 1440),
    (17, 3, 5, 0, 1440),
    (18, 3, 6, 0, 1440);

-- table: components
INSERT INTO components (id, product_id, name, region, status) VALUES
    (1, 1, 'Flow scheduler', 'EU', 'degraded'),
    (2, 1, 'Flow scheduler', 'US', 'operational'),
    (3, 1, 'Flow designer', 'global', 'operational'),
    (4, 2, 'Connect API', 'EU', 'operational'),
    (5, 2, 'Webhook delivery', 'EU', 'operational'),
    (6, 2, 'Webhook delivery', 'US', 'operational'),
    (7, 3, 'Vault storage', 'EU', 'operational'),
    (8, 3, 'Vault search', 'global', 'degraded'),
    (9, 4, 'Insight reports', 'global', 'operational'),
    (10, 5, 'Single sign-on', 'global', 'operational');

-- table: holidays
INSERT INTO holidays (id, calendar_id, day, name) VALUES
    (1, 1, '2026-01-01', 'New Year'),
    (2, 1, '2026-04-03', 'Good Friday'),
    (3, 1, '2026-04-06', 'Easter Monday'),
    (4, 1, '2026-05-01', 'Labour Day'),
    (5, 1, '2026-05-14', 'Ascension Day'),
    (6, 1, '2026-05-25', 'Whit Monday'),
    (7, 1, '2026-12-25', 'Christmas Day'),
    (8, 2, '2026-01-01', 'New Year'),
    (9, 2, '2026-12-25', 'Christmas Day');

-- table: organisations
INSERT INTO organisations (id, name, plan_id, country, status, release_channel, account_manager, customer_since, notes) VALUES
    (1, 'Ostvik Energi', 3, 'Norway', 'active', 'stable', 'Piet Harmsen', '2021-02-01', 'Closes its books on the fourth working day of each month.'),
    (2, 'Calder & Wray Textiles', 3, 'United Kingdom', 'active', 'stable', 'Rosalind Achebe', '2019-09-15', 'Contract renewed in January 2026.'),
    (3, 'Hallmeier Optik', 2, 'Germany', 'active', 'stable', 'Piet Harmsen', '2022-04-01', 'Connect was not renewed; an offer is out.'),
    (4, 'Sjöberg Marin', 2, 'Sweden', 'active', 'stable', 'Piet Harmsen', '2023-06-12', ''),
    (5, 'Port Alder Logistics', 3, 'United States', 'active', 'rapid', 'Rosalind Achebe', '2020-11-02', 'Passwords are switched off; sign-in through SSO only.'),
    (6, 'Quercy Fromages', 2, 'France', 'active', 'stable', 'Amandine Roux', '2022-10-03', 'Prefers French.'),
    (7, 'Brightmoor Dental Group', 1, 'United Kingdom', 'active', 'stable', 'Self-service', '2025-01-20', ''),
    (8, 'Moravec Pumps', 2, 'Czechia', 'active', 'stable', 'Piet Harmsen', '2023-03-01', 'Service package raised on 1 April 2026.'),
    (9, 'Tessaro Ceramiche', 2, 'Italy', 'active', 'rapid', 'Amandine Roux', '2024-05-06', ''),
    (10, 'Kestrel Freight', 3, 'Ireland', 'active', 'stable', 'Rosalind Achebe', '2020-03-09', 'Night shift depends on scheduled flows.'),
    (11, 'Vogelsang Medientechnik', 3, 'Germany', 'active', 'lts', 'Piet Harmsen', '2018-08-20', 'Moves to the stable channel in the third quarter, if their tests pass.'),
    (12, 'Arbor Mutual', 3, 'United States', 'active', 'rapid', 'Rosalind Achebe', '2021-07-01', ''),
    (13, 'Fennimore Legal', 1, 'United Kingdom', 'active', 'stable', 'Self-service', '2025-09-01', ''),
    (14, 'Duarte Vinhos', 2, 'Portugal', 'active', 'stable', 'Amandine Roux', '2023-11-13', ''),
    (15, 'Blackwater Rail', 3, 'United Kingdom', 'active', 'lts', 'Rosalind Achebe', '2017-05-22', 'Safety-relevant operator: changes only in their own windows.'),
    (16, 'Yoxall Foods', 1, 'United Kingdom', 'suspended', 'stable', 'Self-service', '2024-08-08', 'Suspended for non-payment since 20 April 2026.'),
    (17, 'Palmgren Skog', 2, 'Sweden', 'former', 'stable', 'Piet Harmsen', '2021-01-11', 'Left at the end of 2025.');

-- table: queues
INSERT INTO queues (id, code, name, lead_id) VALUES
    (1, 'triage', 'Triage', 9),
    (2, 'flows', 'Flows', 2),
    (3, 'connect', 'Connect', 2),
    (4, 'identity', 'Identity', 2),
    (5, 'vault', 'Vault', 13),
    (6, 'insight', 'Insight', 13),
    (7, 'billing', 'Billing', 9),
    (8, 'accounts', 'Accounts', 9);

-- table: shifts
INSERT INTO shifts (id, agent_id, weekday, start_time, end_time) VALUES
    (1, 1, 0, '08:00:00', '16:30:00'),
    (2, 1, 1, '08:00:00', '16:30:00'),
    (3, 1, 2, '08:00:00', '16:30:00'),
    (4, 1, 3, '08:00:00', '16:30:00'),
    (5, 1, 4, '08:00:00', '16:30:00'),
    (6, 2, 0, '08:00:00', '17:00:00'),
    (7, 2, 1, '08:00:00', '17:00:00'),
    (8, 2, 2, '08:00:00', '17:00:00'),
    (9, 2, 3, '08:00:00', '17:00:00'),
    (10, 2, 4, '08:00:00', '17:00:00'),
    (11, 3, 0, '08:00:00', '16:30:00'),
    (12, 3, 1, '08:00:00', '16:30:00'),
    (13, 3, 2, '08:00:00', '16:30:00'),
    (14, 3, 3, '08:00:00', '16:30:00'),
    (15, 3, 4, '08:00:00', '16:30:00'),
    (16, 4, 0, '08:00:00', '16:00:00'),
    (17, 4, 1, '08:00:00', '16:00:00'),
    (18, 4, 2, '08:00:00', '16:00:00'),
    (19, 4, 3, '08:00:00', '16:00:00'),
    (20, 4, 4, '08:00:00', '16:00:00'),
    (21, 5, 1, '12:00:00', '20:00:00'),
    (22, 5, 2, '12:00:00', '20:00:00'),
    (23, 5, 3, '12:00:00', '20:00:00'),
    (24, 5, 4, '12:00:00', '20:00:00'),
    (25, 5, 5, '10:00:00', '16:00:00'),
    (26, 6, 0, '07:00:00', '15:00:00'),
    (27, 6, 1, '07:00:00', '15:00:00'),
    (28, 6, 2, '07:00:00', '15:00:00'),
    (29, 6, 3, '07:00:00', '15:00:00'),
    (30, 6, 4, '07:00:00', '15:00:00'),
    (31, 7, 0, '08:00:00', '16:00:00'),
    (32, 7, 1, '08:00:00', '16:00:00'),
    (33, 7, 2, '08:00:00', '16:00:00'),
    (34, 7, 3, '08:00:00', '16:00:00'),
    (35, 7, 4, '08:00:00', '16:00:00'),
    (36, 8, 0, '08:00:00', '16:00:00'),
    (37, 8, 1, '08:00:00', '16:00:00'),
    (38, 8, 2, '08:00:00', '16:00:00'),
    (39, 8, 3, '08:00:00', '16:00:00'),
    (40, 8, 4, '08:00:00', '16:00:00'),
    (41, 9, 0, '09:30:00', '17:30:00'),
    (42, 9, 1, '09:30:00', '17:30:00'),
    (43, 9, 2, '09:30:00', '17:30:00'),
    (44, 9, 3, '09:30:00', '17:30:00'),
    (45, 9, 4, '09:30:00', '17:30:00'),
    (46, 10, 0, '09:00:00', '17:00:00'),
    (47, 10, 1, '09:00:00', '17:00:00'),
    (48, 10, 2, '09:00:00', '17:00:00'),
    (49, 10, 3, '09:00:00', '17:00:00'),
    (50, 10, 4, '09:00:00', '17:00:00'),
    (51, 12, 0, '06:00:00', '14:00:00'),
    (52, 12, 1, '06:00:00', '14:00:00'),
    (53, 12, 2, '06:00:00', '14:00:00'),
    (54, 12, 3, '06:00:00', '14:00:00'),
    (55, 12, 4, '06:00:00', '14:00:00'),
    (56, 13, 0, '07:30:00', '15:30:00'),
    (57, 13, 1, '07:30:00', '15:30:00'),
    (58, 13, 2, '07:30:00', '15:30:00'),
    (59, 13, 3, '07:30:00', '15:30:00');

-- table: sla_targets
INSERT INTO sla_targets (id, plan_id, priority, calendar_id, first_response_minutes, resolution_minutes) VALUES
    (1, 1, 'low', 1, 1200, 6000),
    (2, 1, 'normal', 1, 600, 3600),
    (3, 1, 'high', 1, 480, 2400),
    (4, 1, 'urgent', 1, 240, 1200),
    (5, 2, 'low', 1, 600, 6000),
    (6, 2, 'normal', 1, 240, 2400),
    (7, 2, 'high', 1, 120, 1200),
    (8, 2, 'urgent', 2, 60, 480),
    (9, 3, 'low', 1, 480, 3600),
    (10, 3, 'normal', 1, 120, 1200),
    (11, 3, 'high', 2, 60, 480),
    (12, 3, 'urgent', 3, 30, 240);

-- table: article_versions
INSERT INTO article_versions (id, article_id, version, status, body, change_note, author_id, created_at, published_by, published_at) VALUES
    (1, 1, 1, 'published', 'Open the flow, choose More and Copy to workspace. Connections are not copied: choose them again in the new workspace before you switch the flow on.', 'First version', 3, '2025-05-12 10:00:00', 1, '2025-05-13 09:30:00'),
    (2, 2, 1, 'superseded', 'A scheduled flow runs within five minutes of its time.', 'First version', 4, '2024-11-04 13:00:00', 1, '2024-11-05 08:10:00'),
    (3, 2, 2, 'published', 'A scheduled flow runs within one minute of its time. A run that would overlap with the one before is skipped and shown as skipped in the run list.', 'Timing since release 8.0', 4, '2025-09-15 09:00:00', 3, '2025-09-15 15:20:00'),
    (4, 3, 1, 'superseded', 'Each API client may send 60 requests a minute.', 'First version', 6, '2024-06-03 10:00:00', 2, '2024-06-03 16:00:00'),
    (5, 3, 2, 'published', 'Each API client may send 120 requests a minute. Beyond that the API answers 429 and names the seconds to wait.', 'New limit since release 8.1', 6, '2025-10-06 10:00:00', 8, '2025-10-07 09:00:00'),
    (6, 3, 3, 'draft', 'Each API client may send 240 requests a minute on the plan Enterprise.', 'Limit per plan, to be confirmed', 8, '2026-04-21 11:40:00', NULL, NULL),
    (7, 4, 1, 'published', 'Every delivery carries the header Rookery-Signature. Compute the HMAC-SHA256 of the raw body with your signing secret and compare.', 'First version', 8, '2025-02-17 14:00:00', 5, '2025-02-18 10:00:00'),
    (8, 5, 1, 'published', 'A retention rule counts from the day a document was filed, not from its date. Documents under a legal hold are never deleted by a rule.', 'First version', 13, '2025-03-10 09:00:00', 7, '2025-03-11 09:45:00'),
    (9, 6, 1, 'published', 'For colleagues only. Check in the admin console that both fingerprints are listed. If a tenant is locked out, an administrator of ours can switch on the emergency login for two hours.', 'First version', 7, '2025-08-04 10:00:00', 2, '2025-08-04 16:30:00'),
    (10, 7, 1, 'superseded', 'Upload the new certificate under Administration, Sign-in. The old one stops working at once, so choose a quiet hour.', 'First version', 7, '2024-03-11 10:00:00', 2, '2024-03-12 08:00:00'),
    (11, 7, 2, 'superseded', 'Upload the new certificate under Administration, Sign-in. The old one keeps working for 7 days. Restart the gateway afterwards.', 'Grace period', 7, '2024-12-02 10:00:00', 12, '2024-12-03 09:00:00'),
    (12, 7, 3, 'published', 'Upload the new certificate under Administration, Sign-in. The old certificate keeps working for 14 days. Restart the gateway after the upload, and remove the old certificate before the 14 days are over.', 'Grace period since release 8.0', 12, '2025-07-21 10:00:00', 7, '2025-07-22 11:00:00'),
    (13, 7, 4, 'draft', 'Upload the new certificate under Administration, Sign-in. The old certificate keeps working for 30 days on all release channels. Restart the gateway after the upload, and remove the old certificate before the 30 days are over.', 'Grace period since release 8.3', 5, '2026-04-14 15:05:00', NULL, NULL),
    (14, 7, 5, 'draft', 'Upload the new certificate under Administration, Sign-in. The old certificate keeps working for 30 days on all release channels. The gateway picks the new certificate up by itself. Remove the old certificate before the 30 days are over.', 'Grace period since release 8.3, no restart', 7, '2026-04-16 09:20:00', NULL, NULL),
    (15, 7, 6, 'draft', 'Upload the new certificate under Administration, Sign-in. The old certificate keeps working for 30 days on the rapid and stable channels and for 14 days on LTS. The gateway picks the new certificate up by itself.', 'Grace period per channel', 4, '2026-04-20 13:10:00', NULL, NULL),
    (16, 8, 1, 'published', 'Groups are synced every 40 minutes. Nested groups are flattened to their members.', 'First version', 12, '2025-06-02 10:00:00', 7, '2025-06-03 10:00:00'),
    (17, 9, 1, 'draft', 'Choose the first month of the fiscal year under Settings, Calendar. Reports that are open must be loaded again.', 'First version', 13, '2026-05-04 16:00:00', NULL, NULL),
    (18, 10, 1, 'superseded', 'Install the app from the store and scan the code under Profile, Devices.', 'First version', 3, '2023-05-08 10:00:00', 1, '2023-05-09 10:00:00');

-- table: assignment_rules
INSERT INTO assignment_rules (id, position, tag_id, product_id, priority, queue_id, skill_id, min_level, is_active) VALUES
    (1, 10, NULL, 3, NULL, 1, 4, 1, 0),
    (2, 20, 10, NULL, NULL, 4, 3, 2, 1),
    (3, 30, 6, NULL, NULL, 8, 6, 1, 1),
    (4, 40, 2, NULL, NULL, 7, 6, 1, 1),
    (5, 50, 3, NULL, NULL, 5, 4, 3, 1),
    (6, 60, NULL, 2, 'urgent', 3, 2, 3, 1),
    (7, 70, NULL, 2, NULL, 3, 2, 2, 1),
    (8, 80, NULL, 1, NULL, 2, 1, 2, 1),
    (9, 90, NULL, 3, NULL, 5, 4, 2, 1),
    (10, 100, NULL, 4, NULL, 6, 5, 1, 1),
    (11, 110, NULL, NULL, NULL, 1, 1, 1, 1);

-- table: component_events
INSERT INTO component_events (id, component_id, status, message, agent_id, created_at) VALUES
    (1, 7, 'partial_outage', 'Uploads to Vault in the EU fail for some customers.', 13, '2026-03-11 07:20:00'),
    (2, 7, 'operational', 'Uploads work again.', 13, '2026-03-11 10:05:00'),
    (3, 1, 'degraded', 'Some scheduled flows in the EU do not start at their time.', 2, '2026-04-27 06:45:00'),
    (4, 8, 'degraded', 'New attachments appear in search with a delay.', 13, '2026-05-05 08:30:00'),
    (5, 10, 'degraded', 'Sign-in is slow.', 2, '2026-04-09 12:10:00'),
    (6, 10, 'operational', 'Sign-in is back to normal.', 2, '2026-04-09 13:00:00');

-- table: contacts
INSERT INTO contacts (id, organisation_id, full_name, email, phone, language, role, is_active) VALUES
    (1, 1, 'Greta Nyqvist', 'greta.nyqvist@ostvik.example', '+47 55 01 22 10', 'no', 'admin', 1),
    (2, 1, 'Anders Bakke', 'anders.bakke@ostvik.example', NULL, 'no', 'user', 1),
    (3, 2, 'Helen Calder', 'helen.calder@calderwray.example', '+44 161 555 0140', 'en', 'billing', 1),
    (4, 2, 'Rupert Wray', 'rupert.wray@calderwray.example', NULL, 'en', 'admin', 1),
    (5, 3, 'Bruno Keller', 'b.keller@hallmeier.example', '+49 89 555 0117', 'de', 'admin', 1),
    (6, 3, 'Sabine Thoma', 's.thoma@hallmeier.example', NULL, 'de', 'user', 1),
    (7, 4, 'Elin Sjöberg', 'elin@sjobergmarin.example', '+46 31 555 018', 'sv', 'admin', 1),
    (8, 5, 'Marcus Teague', 'mteague@portalder.example', '+1 206 555 0172', 'en', 'admin', 1),
    (9, 5, 'Dana Whitfield', 'dwhitfield@portalder.example', NULL, 'en', 'user', 1),
    (10, 6, 'Bastien Carrère', 'b.carrere@quercy.example', '+33 5 55 50 01 20', 'fr', 'admin', 1),
    (11, 6, 'Odile Vergne', 'o.vergne@quercy.example', NULL, 'fr', 'user', 0),
    (12, 7, 'Philippa Stone', 'office@brightmoor.example', '+44 20 5550 0135', 'en', 'admin', 1),
    (13, 8, 'Radek Moravec', 'radek@moravecpumps.example', NULL, 'cs', 'billing', 1),
    (14, 8, 'Ivana Kolářová', 'ivana@moravecpumps.example', '+420 555 010 120', 'en', 'admin', 1),
    (15, 9, 'Chiara Tessaro', 'chiara@tessaro.example', '+39 0536 555 011', 'it', 'user', 1),
    (16, 10, 'Niamh Duggan', 'niamh.duggan@kestrel.example', '+353 1 555 0188', 'en', 'admin', 1),
    (17, 11, 'Jürgen Albrecht', 'j.albrecht@vogelsang.example', '+49 40 555 0161', 'de', 'admin', 1),
    (18, 11, 'Bruno Kellermann', 'b.kellermann@vogelsang.example', NULL, 'de', 'user', 1),
    (19, 12, 'Theodore Banks', 'tbanks@arbormutual.example', '+1 312 555 0109', 'en', 'admin', 1),
    (20, 12, 'Alison Mbeki', 'ambeki@arbormutual.example', NULL, 'en', 'user', 1),
    (21, 13, 'Gareth Fennimore', 'gareth@fennimore.example', '+44 29 5550 0166', 'en', 'admin', 1),
    (22, 14, 'Inês Duarte', 'ines@duartevinhos.example', '+351 21 555 0144', 'pt', 'admin', 1),
    (23, 15, 'Callum Pryce', 'callum.pryce@blackwater.example', '+44 1332 555 019', 'en', 'admin', 1),
    (24, 15, 'Joanna Fells', 'joanna.fells@blackwater.example', NULL, 'en', 'user', 1),
    (25, 16, 'Tim Yoxall', 'tim@yoxall.example', NULL, 'en', 'billing', 1),
    (26, 17, 'Lars Palmgren', 'lars@palmgren.example', NULL, 'sv', 'admin', 1),
    (27, 11, 'Bruno Keller', 'b.keller@vogelsang.example', NULL, 'de', 'user', 0);

-- table: entitlements
INSERT INTO entitlements (id, organisation_id, product_id, valid_from, valid_until) VALUES
    (1, 1, 1, '2026-01-01', '2026-12-31'),
    (2, 1, 4, '2026-01-01', '2026-12-31'),
    (3, 1, 5, '2026-01-01', '2026-12-31'),
    (4, 2, 1, '2026-01-01', '2026-12-31'),
    (5, 2, 2, '2026-01-01', '2026-12-31'),
    (6, 2, 3, '2026-01-01', '2026-12-31'),
    (7, 2, 5, '2026-01-01', '2026-12-31'),
    (8, 3, 1, '2026-01-01', '2026-12-31'),
    (9, 3, 3, '2026-01-01', '2026-12-31'),
    (10, 3, 5, '2026-01-01', '2026-12-31'),
    (11, 3, 2, '2024-04-01', '2025-03-31'),
    (12, 3, 2, '2025-04-01', '2026-03-31'),
    (13, 4, 1, '2026-01-01', '2026-12-31'),
    (14, 4, 2, '2026-01-01', '2026-12-31'),
    (15, 4, 5, '2026-01-01', '2026-12-31'),
    (16, 5, 1, '2026-01-01', '2026-12-31'),
    (17, 5, 2, '2026-01-01', '2026-12-31'),
    (18, 5, 3, '2026-01-01', '2026-12-31'),
    (19, 5, 4, '2026-01-01', '2026-12-31'),
    (20, 5, 5, '2026-01-01', '2026-12-31'),
    (21, 6, 1, '2026-01-01', '2026-12-31'),
    (22, 6, 2, '2026-01-01', '2026-12-31'),
    (23, 6, 4, '2026-01-01', '2026-12-31'),
    (24, 6, 5, '2026-01-01', '2026-12-31'),
    (25, 7, 3, '2026-01-01', '2026-12-31'),
    (26, 7, 5, '2026-01-01', '2026-12-31'),
    (27, 8, 1, '2026-01-01', '2026-12-31'),
    (28, 8, 2, '2026-01-01', '2026-12-31'),
    (29, 8, 3, '2026-01-01', '2026-12-31'),
    (30, 8, 5, '2026-01-01', '2026-12-31'),
    (31, 9, 2, '2026-01-01', '2026-12-31'),
    (32, 9, 4, '2026-01-01', '2026-12-31'),
    (33, 9, 5, '2026-01-01', '2026-12-31'),
    (34, 10, 1, '2026-01-01', '2026-12-31'),
    (35, 10, 2, '2026-01-01', '2026-12-31'),
    (36, 10, 3, '2026-01-01', '2026-12-31'),
    (37, 10, 5, '2026-01-01', '2026-12-31'),
    (38, 11, 1, '2025-07-01', '2026-06-30'),
    (39, 11, 2, '2025-07-01', '2026-06-30'),
    (40, 11, 5, '2025-07-01', '2026-06-30'),
    (41, 12, 1, '2026-01-01', '2026-12-31'),
    (42, 12, 2, '2026-01-01', '2026-12-31'),
    (43, 12, 4, '2026-01-01', '2026-12-31'),
    (44, 12, 5, '2026-01-01', '2026-12-31'),
    (45, 13, 2, '2026-01-01', '2026-12-31'),
    (46, 13, 4, '2026-01-01', '2026-12-31'),
    (47, 13, 5, '2026-01-01', '2026-12-31'),
    (48, 14, 1, '2026-01-01', '2026-12-31'),
    (49, 14, 4, '2026-01-01', '2026-12-31'),
    (50, 14, 5, '2026-01-01', '2026-12-31'),
    (51, 15, 3, '2026-01-01', '2026-12-31'),
    (52, 15, 5, '2026-01-01', '2026-12-31'),
    (53, 15, 1, '2026-06-01', '2027-05-31'),
    (54, 16, 1, '2026-01-01', '2026-04-19'),
    (55, 16, 5, '2026-01-01', '2026-04-19'),
    (56, 17, 1, '2025-01-01', '2025-12-31');

-- table: invoices
INSERT INTO invoices (id, number, organisation_id, month, amount_cents, issued_on, status) VALUES
    (1, 'INV-2601', 2, '2026-02', 632000, '2026-03-02', 'paid'),
    (2, 'INV-2602', 2, '2026-03', 632000, '2026-04-01', 'paid'),
    (3, 'INV-2603', 2, '2026-04', 645000, '2026-05-04', 'open'),
    (4, 'INV-2604', 1, '2026-03', 518000, '2026-04-01', 'paid'),
    (5, 'INV-2605', 1, '2026-04', 518000, '2026-05-04', 'open'),
    (6, 'INV-2606', 5, '2026-03', 730000, '2026-04-01', 'paid'),
    (7, 'INV-2607', 5, '2026-04', 730000, '2026-05-04', 'open'),
    (8, 'INV-2608', 8, '2026-02', 142000, '2026-03-02', 'paid'),
    (9, 'INV-2609', 8, '2026-03', 142000, '2026-04-01', 'paid'),
    (10, 'INV-2610', 8, '2026-04', 142000, '2026-05-04', 'open'),
    (11, 'INV-2611', 10, '2026-02', 689000, '2026-03-02', 'paid'),
    (12, 'INV-2612', 10, '2026-03', 689000, '2026-04-01', 'paid'),
    (13, 'INV-2613', 10, '2026-04', 689000, '2026-05-04', 'open'),
    (14, 'INV-2614', 12, '2026-03', 801000, '2026-04-01', 'paid'),
    (15, 'INV-2615', 12, '2026-04', 801000, '2026-05-04', 'open'),
    (16, 'INV-2616', 11, '2026-03', 560000, '2026-04-01', 'paid'),
    (17, 'INV-2617', 11, '2026-04', 560000, '2026-05-04', 'open'),
    (18, 'INV-2618', 6, '2026-03', 118000, '2026-04-01', 'paid'),
    (19, 'INV-2619', 6, '2026-04', 118000, '2026-05-04', 'open'),
    (20, 'INV-2620', 7, '2026-03', 24000, '2026-04-01', 'paid'),
    (21, 'INV-2621', 7, '2026-04', 24000, '2026-05-04', 'open');

-- table: maintenance_windows
INSERT INTO maintenance_windows (id, component_id, title, start_at, end_at, announced_at, status) VALUES
    (1, 7, 'Storage upgrade', '2026-04-12 02:00:00', '2026-04-12 05:00:00', '2026-04-02 09:00:00', 'done'),
    (2, 4, 'Certificate change on the API gateway', '2026-04-26 03:00:00', '2026-04-26 04:00:00', '2026-04-16 09:00:00', 'done'),
    (3, 8, 'Rebuild of the search index', '2026-05-10 01:00:00', '2026-05-10 06:00:00', '2026-05-04 09:00:00', 'planned'),
    (4, 10, 'Move to new sign-in servers', '2026-05-17 04:00:00', '2026-05-17 06:00:00', '2026-05-05 10:00:00', 'planned'),
    (5, 2, 'Database failover test', '2026-05-09 06:00:00', '2026-05-09 07:00:00', '2026-04-28 09:00:00', 'cancelled');

-- table: problems
INSERT INTO problems (id, code, title, product_id, component_id, owner_id, status, workaround, fixed_in, opened_at, updated_at) VALUES
    (109, 'PRB-109', 'SFTP export writes the wrong time zone', 1, NULL, 2, 'closed', 'Set the zone in the export template.', '8.3.1', '2026-02-03 09:00:00', '2026-03-12 10:00:00'),
    (112, 'PRB-112', 'SAML metadata with two signing keys is rejected', 5, 10, 2, 'investigating', NULL, NULL, '2026-04-30 15:00:00', '2026-05-04 11:00:00'),
    (114, 'PRB-114', 'API client counts retries twice', 2, 4, 2, 'fixed', 'Lower the number of retries to one.', '8.4.1', '2026-04-08 08:00:00', '2026-04-30 16:00:00'),
    (116, 'PRB-116', 'Flow designer freezes on flows with more than 200 steps', 1, 3, 2, 'known_error', 'Divide the flow into two.', NULL, '2026-04-22 10:00:00', '2026-04-24 09:00:00'),
    (118, 'PRB-118', 'Scheduler skips runs after a daylight saving change', 1, 1, 2, 'known_error', 'Save the schedule again, unchanged.', NULL, '2026-04-27 06:30:00', '2026-04-29 14:00:00'),
    (119, 'PRB-119', 'New attachments reach the search index late', 3, 8, 13, 'investigating', 'Search by file name.', NULL, '2026-05-05 08:20:00', '2026-05-05 12:00:00'),
    (120, 'PRB-120', 'Exports to SFTP fail with error 52', 1, NULL, 2, 'investigating', NULL, NULL, '2026-05-05 16:30:00', '2026-05-05 16:30:00');

-- table: service_packages
INSERT INTO service_packages (id, organisation_id, included_minutes, hourly_rate_cents, valid_from, valid_until) VALUES
    (1, 8, 120, 11000, '2025-04-01', '2026-03-31'),
    (2, 8, 240, 13000, '2026-04-01', '2027-03-31'),
    (3, 2, 600, 15000, '2026-01-01', '2026-12-31'),
    (4, 12, 480, 14500, '2025-07-01', '2026-06-30'),
    (5, 14, 60, 12000, '2026-01-01', '2026-12-31');

-- table: tickets
INSERT INTO tickets (id, number, subject, organisation_id, contact_id, product_id, queue_id, assignee_id, problem_id, merged_into_id, kind, priority, status, channel, language, created_at, updated_at, solved_at, closed_at) VALUES
    (340, 'HR-20340', 'Guest approvers cannot be invited', 4, 7, 1, 2, 3, NULL, NULL, 'incident', 'normal', 'closed', 'portal', 'sv', '2026-03-30 09:12:00', '2026-04-15 23:00:00', '2026-04-01 08:30:00', '2026-04-15 23:00:00'),
    (341, 'HR-20341', 'Invoice shows our old address', 9, 15, 5, 7, 9, NULL, NULL, 'task', 'low', 'closed', 'email', 'it', '2026-03-31 13:00:00', '2026-04-15 23:00:00', '2026-04-01 10:25:00', '2026-04-15 23:00:00'),
    (343, 'HR-20343', 'How often should webhook secrets change?', 5, 8, 2, 3, 5, NULL, NULL, 'question', 'low', 'closed', 'portal', 'en', '2026-03-31 17:44:00', '2026-04-16 23:00:00', '2026-04-02 12:30:00', '2026-04-16 23:00:00'),
    (346, 'HR-20346', 'Archiving by cost centre', 8, 14, 3, 5, 7, NULL, NULL, 'question', 'normal', 'closed', 'portal', 'en', '2026-04-01 09:30:00', '2026-04-22 23:00:00', '2026-04-08 09:00:00', '2026-04-22 23:00:00'),
    (349, 'HR-20349', 'Charts are empty since the browser update', 13, 21, 4, 6, 13, NULL, NULL, 'incident', 'normal', 'closed', 'chat', 'en', '2026-04-02 14:05:00', '2026-04-21 23:00:00', '2026-04-07 09:15:00', '2026-04-21 23:00:00'),
    (352, 'HR-20352', 'Approvals are sent to people who have left', 2, 4, 1, 2, 4, NULL, NULL, 'incident', 'high', 'closed', 'portal', 'en', '2026-04-07 09:00:00', '2026-04-22 23:00:00', '2026-04-08 10:00:00', '2026-04-22 23:00:00'),
    (355, 'HR-20355', 'Delete the account of a leaver', 12, 20, 5, 4, 12, NULL, NULL, 'task', 'low', 'closed', 'portal', 'en', '2026-04-08 15:10:00', '2026-04-23 23:00:00', '2026-04-09 08:25:00', '2026-04-23 23:00:00'),
    (358, 'HR-20358', 'Connection to the warehouse system refused', 8, 14, 2, 3, 6, NULL, NULL, 'incident', 'normal', 'closed', 'portal', 'en', '2026-04-09 08:15:00', '2026-04-28 23:00:00', '2026-04-14 08:10:00', '2026-04-28 23:00:00'),
    (361, 'HR-20361', 'Nobody can open contracts', 2, 4, 3, 5, 7, NULL, NULL, 'incident', 'urgent', 'closed', 'phone', 'en', '2026-04-14 02:10:00', '2026-04-28 23:00:00', '2026-04-14 05:40:00', '2026-04-28 23:00:00'),
    (364, 'HR-20364', 'Approval matrix loses its last column', 8, 14, 1, 2, 12, NULL, NULL, 'incident', 'normal', 'closed', 'portal', 'en', '2026-04-15 07:40:00', '2026-05-04 23:00:00', '2026-04-20 08:15:00', '2026-05-04 23:00:00'),
    (367, 'HR-20367', 'Payments file is not picked up by the bank', 2, 3, 2, 3, 6, NULL, NULL, 'incident', 'high', 'closed', 'portal', 'en', '2026-04-17 15:00:00', '2026-05-04 23:00:00', '2026-04-20 09:30:00', '2026-05-04 23:00:00'),
    (370, 'HR-20370', 'Bulk upload stops at 500 files', 10, 16, 3, 5, 8, NULL, NULL, 'incident', 'normal', 'closed', 'portal', 'en', '2026-04-17 15:20:00', '2026-05-01 23:00:00', '2026-04-17 17:05:00', '2026-05-01 23:00:00'),
    (372, 'HR-20372', 'Orders are filed twice', 8, 14, 3, 5, 8, NULL, NULL, 'incident', 'normal', 'closed', 'portal', 'en', '2026-04-20 13:10:00', '2026-05-06 06:00:00', '2026-04-23 09:40:00', '2026-05-06 06:00:00'),
    (375, 'HR-20375', 'Contract search shows old names', 2, 4, 3, 5, 7, NULL, NULL, 'incident', 'high', 'closed', 'portal', 'en', '2026-04-22 10:00:00', '2026-05-06 06:00:00', '2026-04-22 21:30:00', '2026-05-06 06:00:00'),
    (377, 'HR-20377', 'Jeton du connecteur expiré', 6, 10, 2, 3, 8, NULL, NULL, 'question', 'normal', 'solved', 'portal', 'fr', '2026-04-23 08:30:00', '2026-04-24 08:00:00', '2026-04-24 08:00:00', NULL),
    (379, 'HR-20379', 'Delivery notes carry the wrong logo', 2, 3, 1, 2, 12, NULL, NULL, 'incident', 'normal', 'solved', 'portal', 'en', '2026-04-23 11:20:00', '2026-04-29 09:10:00', '2026-04-29 09:10:00', NULL),
    (380, 'HR-20380', 'Copy of a flow keeps the old name', 8, 14, 1, 2, 3, NULL, NULL, 'question', 'low', 'open', 'portal', 'en', '2026-04-28 10:00:00', '2026-04-28 13:30:00', NULL, NULL),
    (381, 'HR-20381', 'All flows of the mill stand still', 2, 4, 1, 2, 4, NULL, NULL, 'incident', 'urgent', 'solved', 'phone', 'en', '2026-04-28 11:00:00', '2026-04-28 19:20:00', '2026-04-28 19:20:00', NULL),
    (382, 'HR-20382', 'Mill: flows do not start', 2, 3, 1, 2, NULL, NULL, 381, 'incident', 'urgent', 'closed', 'email', 'en', '2026-04-28 11:25:00', '2026-04-28 11:40:00', NULL, '2026-04-28 11:40:00'),
    (383, 'HR-20383', 'Activation mail has not arrived', 7, 12, 5, 4, 7, NULL, NULL, 'question', 'low', 'solved', 'portal', 'en', '2026-04-28 14:00:00', '2026-04-29 08:00:00', '2026-04-29 08:00:00', NULL),
    (384, 'HR-20384', 'Rebuild the approval matrix for the new plant', 8, 14, 1, 2, 12, NULL, NULL, 'task', 'normal', 'open', 'portal', 'en', '2026-04-28 16:00:00', '2026-05-04 12:00:00', NULL, NULL),
    (386, 'HR-20386', 'Export of the ledger takes hours', 2, 3, 1, 2, 4, NULL, NULL, 'incident', 'high', 'solved', 'portal', 'en', '2026-04-29 08:05:00', '2026-05-04 09:00:00', '2026-05-04 09:00:00', NULL),
    (388, 'HR-20388', 'Invoice export to SFTP fails with error 52', 1, 1, 1, 2, 3, NULL, NULL, 'incident', 'normal', 'solved', 'portal', 'no', '2026-04-29 09:10:00', '2026-04-29 13:00:00', '2026-04-29 13:00:00', NULL),
    (390, 'HR-20390', 'Freigaben ohne Benachrichtigung', 11, 17, 1, 2, 3, NULL, NULL, 'incident', 'normal', 'solved', 'portal', 'de', '2026-04-29 13:20:00', '2026-04-30 14:05:00', '2026-04-30 14:05:00', NULL),
    (393, 'HR-20393', 'Account locked after a failed payment', 16, 25, 5, 8, 9, NULL, NULL, 'question', 'low', 'on_hold', 'portal', 'en', '2026-04-29 15:00:00', '2026-04-30 09:20:00', NULL, NULL),
    (395, 'HR-20395', 'Download of the audit log is slow', 15, 24, 5, 4, 12, NULL, NULL, 'question', 'low', 'solved', 'portal', 'en', '2026-04-30 08:00:00', '2026-05-04 07:00:00', '2026-05-04 07:00:00', NULL),
    (398, 'HR-20398', 'Dashboard labels in Italian', 9, 15, 4, 6, 13, NULL, NULL, 'question', 'low', 'pending', 'portal', 'it', '2026-04-30 08:25:00', '2026-04-30 11:00:00', NULL, NULL),
    (400, 'HR-20400', 'Approver groups are gone after an import', 12, 19, 1, 2, 3, NULL, NULL, 'incident', 'normal', 'on_hold', 'portal', 'en', '2026-04-30 09:05:00', '2026-04-30 09:50:00', NULL, NULL),
    (402, 'HR-20402', 'Scheduled flows skipped on Sunday', 14, 22, 1, 2, 4, 118, NULL, 'incident', 'high', 'solved', 'portal', 'pt', '2026-04-30 09:20:00', '2026-05-04 08:40:00', '2026-05-04 08:40:00', NULL),
    (405, 'HR-20405', 'Move from Starter to Business', 13, 21, 5, 8, 9, NULL, NULL, 'task', 'low', 'open', 'portal', 'en', '2026-04-30 10:00:00', '2026-04-30 13:00:00', NULL, NULL),
    (407, 'HR-20407', 'Fiscal year that starts in July', 12, 20, 4, 6, 13, NULL, NULL, 'question', 'normal', 'open', 'portal', 'en', '2026-04-30 10:45:00', '2026-04-30 12:10:00', NULL, NULL),
    (409, 'HR-20409', 'Le flux s''arrête à l''étape 12', 6, 10, 1, 2, 3, NULL, NULL, 'incident', 'normal', 'pending', 'portal', 'fr', '2026-04-30 11:15:00', '2026-04-30 13:20:00', NULL, NULL),
    (410, 'HR-20410', 'OAuth scope is missing for orders', 5, 8, 2, 3, 6, NULL, NULL, 'incident', 'high', 'open', 'portal', 'en', '2026-04-30 11:40:00', '2026-04-30 12:20:00', NULL, NULL),
    (411, 'HR-20411', 'Report counts approvals twice', 14, 22, 4, 6, 3, NULL, NULL, 'incident', 'normal', 'open', 'portal', 'pt', '2026-04-30 11:50:00', '2026-05-05 15:00:00', NULL, NULL),
    (412, 'HR-20412', 'Nightly flows did not start', 10, 16, 1, 2, 1, 118, NULL, 'incident', 'high', 'open', 'portal', 'en', '2026-04-30 11:55:00', '2026-04-30 14:10:00', NULL, NULL),
    (413, 'HR-20413', 'SAML metadata is rejected', 4, 7, 5, 4, 7, 112, NULL, 'incident', 'normal', 'open', 'portal', 'sv', '2026-04-30 12:20:00', '2026-04-30 15:05:00', NULL, NULL),
    (414, 'HR-20414', 'Vorlagen lassen sich nicht kopieren', 3, 6, 1, 2, 4, NULL, NULL, 'incident', 'normal', 'open', 'portal', 'de', '2026-04-30 13:00:00', '2026-05-04 09:10:00', NULL, NULL),
    (415, 'HR-20415', 'Daily digest flow runs an hour late', 12, 19, 1, 2, 6, 118, NULL, 'incident', 'high', 'pending', 'portal', 'en', '2026-04-30 13:30:00', '2026-04-30 14:15:00', NULL, NULL),
    (416, 'HR-20416', 'Does the retention rule delete too early?', 15, 23, 3, 5, 13, NULL, NULL, 'question', 'normal', 'open', 'portal', 'en', '2026-04-30 14:20:00', '2026-04-30 15:50:00', NULL, NULL),
    (418, 'HR-20418', 'API client is answered with 429', 9, 15, 2, 3, 6, 114, NULL, 'incident', 'normal', 'open', 'portal', 'it', '2026-04-30 15:30:00', '2026-05-04 07:40:00', NULL, NULL),
    (419, 'HR-20419', 'Zeitgesteuerte Abläufe werden ausgelassen', 11, 17, 1, 2, 4, 118, NULL, 'incident', 'high', 'open', 'portal', 'de', '2026-04-30 15:50:00', '2026-05-04 07:05:00', NULL, NULL),
    (420, 'HR-20420', 'Add a second identity provider', 5, 9, 5, 4, 7, NULL, NULL, 'task', 'low', 'open', 'portal', 'en', '2026-04-30 16:40:00', '2026-05-04 08:30:00', NULL, NULL),
    (421, 'HR-20421', 'Invoice export to SFTP fails with error 52', 1, 1, 1, 2, 1, NULL, NULL, 'incident', 'normal', 'open', 'portal', 'no', '2026-05-04 08:10:00', '2026-05-04 09:00:00', NULL, NULL),
    (424, 'HR-20424', 'Flow designer freezes on a large flow', 4, 7, 1, 2, 4, 116, NULL, 'incident', 'normal', 'open', 'portal', 'sv', '2026-05-04 09:30:00', '2026-05-04 14:00:00', NULL, NULL),
    (428, 'HR-20428', 'Groups from SCIM arrive late', 14, 22, 5, 4, 5, NULL, NULL, 'question', 'normal', 'open', 'portal', 'pt', '2026-05-04 10:15:00', '2026-05-04 13:05:00', NULL, NULL),
    (430, 'HR-20430', 'Second signing secret for webhooks', 12, 20, 2, 3, 5, NULL, NULL, 'question', 'normal', 'open', 'portal', 'en', '2026-05-04 11:00:00', '2026-05-04 12:45:00', NULL, NULL),
    (431, 'HR-20431', 'Rapports PDF tronqués', 6, 10, 4, 6, 8, NULL, NULL, 'incident', 'normal', 'open', 'portal', 'fr', '2026-05-04 13:00:00', '2026-05-04 14:10:00', NULL, NULL),
    (433, 'HR-20433', 'Service credit for April', 2, 3, 5, 7, 1, NULL, NULL, 'question', 'normal', 'open', 'email', 'en', '2026-05-04 14:20:00', '2026-05-04 15:00:00', NULL, NULL),
    (434, 'HR-20434', 'Copy of an old invoice', 7, 12, 5, 7, 9, NULL, NULL, 'task', 'low', 'open', 'portal', 'en', '2026-05-04 15:10:00', '2026-05-05 09:30:00', NULL, NULL),
    (436, 'HR-20436', 'Help page names the wrong grace period for SSO certificates', 15, 23, 5, 4, 1, NULL, NULL, 'incident', 'normal', 'open', 'portal', 'en', '2026-05-04 16:00:00', '2026-05-05 11:30:00', NULL, NULL),
    (438, 'HR-20438', 'Vault search misses new attachments', 10, 16, 3, 5, 13, 119, NULL, 'incident', 'normal', 'open', 'portal', 'en', '2026-05-05 08:05:00', '2026-05-05 08:50:00', NULL, NULL),
    (439, 'HR-20439', 'Reset of two-factor sign-in', 14, 22, 5, 4, 12, NULL, NULL, 'task', 'normal', 'solved', 'portal', 'pt', '2026-05-05 08:30:00', '2026-05-05 10:00:00', '2026-05-05 10:00:00', NULL),
    (440, 'HR-20440', 'Invoices do not reach the accounting server', 1, 2, 1, 2, NULL, NULL, NULL, 'incident', 'high', 'new', 'portal', 'no', '2026-05-05 09:20:00', '2026-05-05 09:20:00', NULL, NULL),
    (441, 'HR-20441', 'Approvals stuck at Waiting', 4, 7, 1, 2, 3, NULL, NULL, 'incident', 'high', 'open', 'portal', 'sv', '2026-05-05 10:00:00', '2026-05-05 11:10:00', NULL, NULL),
    (442, 'HR-20442', 'Invoice export to SFTP fails with error 52', 10, 16, 1, 2, 2, 120, NULL, 'incident', 'normal', 'open', 'portal', 'en', '2026-05-05 11:00:00', '2026-05-05 12:20:00', NULL, NULL),
    (443, 'HR-20443', 'How do we register an API client?', 7, 12, 2, 3, NULL, NULL, NULL, 'question', 'normal', 'new', 'portal', 'en', '2026-05-05 11:40:00', '2026-05-05 11:40:00', NULL, NULL),
    (444, 'HR-20444', 'Deliveries are refused by our server', 13, 21, 2, 3, NULL, NULL, NULL, 'incident', 'high', 'open', 'portal', 'en', '2026-05-05 13:00:00', '2026-05-05 17:10:00', NULL, NULL),
    (445, 'HR-20445', 'List of all API methods', 8, 13, 2, 3, NULL, NULL, NULL, 'question', 'low', 'new', 'portal', 'cs', '2026-05-05 14:30:00', '2026-05-05 14:30:00', NULL, NULL),
    (447, 'HR-20447', 'Export fails', 1, 1, 4, 6, NULL, NULL, NULL, 'incident', 'normal', 'new', 'portal', 'no', '2026-05-05 15:05:00', '2026-05-05 15:05:00', NULL, NULL),
    (449, 'HR-20449', 'Fields missing in the order API', 9, 15, 2, 3, NULL, NULL, NULL, 'incident', 'normal', 'new', 'portal', 'it', '2026-05-05 16:30:00', '2026-05-05 16:30:00', NULL, NULL),
    (450, 'HR-20450', 'Zeitüberschreitung beim Abruf großer Listen', 11, 18, 2, 3, NULL, NULL, NULL, 'incident', 'normal', 'new', 'portal', 'de', '2026-05-05 17:20:00', '2026-05-05 17:20:00', NULL, NULL),
    (451, 'HR-20451', 'URGENT!!! P1 Export button greyed out', 9, 15, 4, 1, NULL, NULL, NULL, 'incident', 'urgent', 'new', 'portal', 'it', '2026-05-06 05:10:00', '2026-05-06 05:10:00', NULL, NULL),
    (452, 'HR-20452', 'Quick question about sign-in', 5, 8, 5, 1, NULL, NULL, NULL, 'question', 'normal', 'new', 'portal', 'en', '2026-05-06 06:05:00', '2026-05-06 06:05:00', NULL, NULL),
    (453, 'HR-20453', 'Re: invoice export, still error 52', 1, 1, 1, 2, NULL, NULL, NULL, 'incident', 'normal', 'new', 'email', 'no', '2026-05-06 06:40:00', '2026-05-06 06:40:00', NULL, NULL),
    (454, 'HR-20454', 'Strange documents in Contracts', 7, 12, 3, 1, NULL, NULL, NULL, 'question', 'normal', 'new', 'portal', 'en', '2026-05-06 06:55:00', '2026-05-06 06:55:00', NULL, NULL),
    (455, 'HR-20455', 'Token endpoint answers 503', 12, 19, 2, 3, NULL, NULL, NULL, 'incident', 'high', 'new', 'portal', 'en', '2026-05-06 07:00:00', '2026-05-06 07:00:00', NULL, NULL),
    (456, 'HR-20456', 'Dispatch flow stands still in both depots', 10, 16, 1, 2, 3, NULL, NULL, 'incident', 'urgent', 'open', 'phone', 'en', '2026-05-06 07:30:00', '2026-05-06 07:44:00', NULL, NULL),
    (457, 'HR-20457', 'Request for a training session', 14, 22, 1, 1, 5, NULL, NULL, 'task', 'low', 'new', 'portal', 'pt', '2026-05-06 07:35:00', '2026-05-06 07:35:00', NULL, NULL),
    (458, 'HR-20458', 'Which data centre are we in?', 15, 24, 5, 1, 2, NULL, NULL, 'question', 'low', 'open', 'portal', 'en', '2026-05-06 07:50:00', '2026-05-06 08:20:00', NULL, NULL),
    (459, 'HR-20459', 'Le webhook de commande n''envoie plus rien', 6, 10, 2, 3, NULL, NULL, NULL, 'incident', 'high', 'new', 'portal', 'fr', '2026-05-06 08:12:00', '2026-05-06 08:12:00', NULL, NULL),
    (460, 'HR-20460', 'New colleagues cannot sign in through SSO', 10, 16, 5, 4, NULL, NULL, NULL, 'incident', 'normal', 'new', 'portal', 'en', '2026-05-06 08:20:00', '2026-05-06 08:20:00', NULL, NULL),
    (461, 'HR-20461', 'Sandbox keys in production?', 4, 7, 2, 3, 5, NULL, NULL, 'question', 'normal', 'new', 'portal', 'sv', '2026-05-06 08:25:00', '2026-05-06 08:25:00', NULL, NULL);

-- table: credits
INSERT INTO credits (id, invoice_id, ticket_id, kind, amount_cents, reason, status, requested_by, decided_by, created_at, decided_at) VALUES
    (1, 2, 352, 'goodwill', 9000, 'Approvals held up for a day', 'issued', 4, 4, '2026-04-09 10:00:00', '2026-04-09 10:00:00'),
    (2, 3, 381, 'goodwill', 15000, 'Mill stood still, agreed by phone', 'issued', 1, 1, '2026-05-04 10:30:00', '2026-05-04 10:30:00'),
    (3, 3, 386, 'goodwill', 20000, 'Slow export of the ledger', 'declined', 4, 9, '2026-05-04 11:10:00', '2026-05-05 09:40:00'),
    (4, 12, 370, 'goodwill', 5000, 'Sorry for the missing message', 'issued', 8, 8, '2026-04-17 17:10:00', '2026-04-17 17:10:00'),
    (5, 9, 346, 'refund', 3500, 'Quarter of an hour billed twice', 'issued', 1, 1, '2026-04-08 09:30:00', '2026-04-08 09:30:00'),
    (6, 15, 400, 'sla', 96000, 'Groups lost, credit for April', 'pending_approval', 3, NULL, '2026-05-05 14:00:00', NULL);

-- table: escalations
INSERT INTO escalations (id, ticket_id, level, reason, comment, raised_by, status, created_at, closed_at) VALUES
    (1, 361, 3, 'technical', 'Storage node down for a whole customer.', 7, 'closed', '2026-04-14 02:30:00', '2026-04-14 05:45:00'),
    (2, 381, 2, 'technical', 'Worker pool full after 8.4.0.', 4, 'closed', '2026-04-28 11:20:00', '2026-04-28 19:30:00'),
    (3, 413, 2, 'technical', 'Two signing keys in the metadata.', 7, 'open', '2026-04-30 15:10:00', NULL),
    (4, 386, 2, 'sla_breach', 'Ledger export, second night.', 4, 'closed', '2026-04-30 08:10:00', '2026-05-04 09:10:00'),
    (5, 456, 2, 'technical', 'Both depots stand still.', 3, 'open', '2026-05-06 07:46:00', NULL);

-- table: ratings
INSERT INTO ratings (id, ticket_id, score, comment, created_at) VALUES
    (1, 340, 5, 'Quick and friendly.', '2026-04-01 12:00:00'),
    (2, 343, 4, NULL, '2026-04-03 08:00:00'),
    (3, 352, 2, 'A whole day without approvals.', '2026-04-09 09:00:00'),
    (4, 358, 4, NULL, '2026-04-15 10:00:00'),
    (5, 361, 5, 'Excellent work in the night.', '2026-04-15 11:00:00'),
    (6, 367, 2, 'Three days for a folder.', '2026-04-21 08:30:00'),
    (7, 370, 2, 'The limit should be shown in the product.', '2026-04-18 09:00:00'),
    (8, 377, 4, 'Réponse claire.', '2026-04-24 15:00:00'),
    (9, 383, 5, NULL, '2026-04-29 12:00:00'),
    (10, 390, 1, 'Ein ganzer Tag ohne Antwort auf eine einfache Frage.', '2026-05-04 08:00:00'),
    (11, 381, 1, 'Eight hours.', '2026-04-29 07:00:00'),
    (12, 439, 5, 'Perfect.', '2026-05-05 11:00:00');

-- table: sla_clocks
INSERT INTO sla_clocks (id, ticket_id, kind, calendar_id, target_minutes, started_at, paused_since, paused_minutes, stopped_at, outcome) VALUES
    (1, 340, 'first_response', 1, 240, '2026-03-30 09:12:00', NULL, 0, '2026-03-30 10:40:00', 'met'),
    (2, 340, 'resolution', 1, 2400, '2026-03-30 09:12:00', NULL, 0, '2026-04-01 08:30:00', 'met'),
    (3, 341, 'first_response', 1, 600, '2026-03-31 13:00:00', NULL, 0, '2026-04-01 10:20:00', 'met'),
    (4, 341, 'resolution', 1, 6000, '2026-03-31 13:00:00', NULL, 0, '2026-04-01 10:25:00', 'met'),
    (5, 343, 'first_response', 1, 480, '2026-03-31 17:44:00', NULL, 0, '2026-04-01 13:10:00', 'met'),
    (6, 343, 'resolution', 1, 3600, '2026-03-31 17:44:00', NULL, 0, '2026-04-02 12:30:00', 'met'),
    (7, 346, 'first_response', 1, 240, '2026-04-01 09:30:00', NULL, 0, '2026-04-01 11:00:00', 'met'),
    (8, 346, 'resolution', 1, 2400, '2026-04-01 09:30:00', NULL, 0, '2026-04-08 09:00:00', 'met'),
    (9, 349, 'first_response', 1, 600, '2026-04-02 14:05:00', NULL, 0, '2026-04-02 15:30:00', 'met'),
    (10, 349, 'resolution', 1, 3600, '2026-04-02 14:05:00', NULL, 0, '2026-04-07 09:15:00', 'met'),
    (11, 352, 'first_response', 2, 60, '2026-04-07 09:00:00', NULL, 0, '2026-04-07 09:35:00', 'met'),
    (12, 352, 'resolution', 2, 480, '2026-04-07 09:00:00', NULL, 0, '2026-04-08 10:00:00', 'missed'),
    (13, 355, 'first_response', 1, 480, '2026-04-08 15:10:00', NULL, 0, '2026-04-09 08:20:00', 'met'),
    (14, 355, 'resolution', 1, 3600, '2026-04-08 15:10:00', NULL, 0, '2026-04-09 08:25:00', 'met'),
    (15, 358, 'first_response', 1, 240, '2026-04-09 08:15:00', NULL, 0, '2026-04-09 09:40:00', 'met'),
    (16, 358, 'resolution', 1, 2400, '2026-04-09 08:15:00', NULL, 0, '2026-04-14 08:10:00', 'met'),
    (17, 361, 'first_response', 3, 30, '2026-04-14 02:10:00', NULL, 0, '2026-04-14 02:24:00', 'met'),
    (18, 361, 'resolution', 3, 240, '2026-04-14 02:10:00', NULL, 0, '2026-04-14 05:40:00', 'met'),
    (19, 364, 'first_response', 1, 240, '2026-04-15 07:40:00', NULL, 0, '2026-04-15 09:00:00', 'met'),
    (20, 364, 'resolution', 1, 2400, '2026-04-15 07:40:00', NULL, 0, '2026-04-20 08:15:00', 'met'),
    (21, 367, 'first_response', 2, 60, '2026-04-17 15:00:00', NULL, 0, '2026-04-17 15:40:00', 'met'),
    (22, 367, 'resolution', 2, 480, '2026-04-17 15:00:00', NULL, 0, '2026-04-20 09:30:00', 'missed'),
    (23, 370, 'first_response', 1, 120, '2026-04-17 15:20:00', NULL, 0, '2026-04-17 16:10:00', 'met'),
    (24, 370, 'resolution', 1, 1200, '2026-04-17 15:20:00', NULL, 0, '2026-04-17 17:05:00', 'met'),
    (25, 372, 'first_response', 1, 240, '2026-04-20 13:10:00', NULL, 0, '2026-04-20 15:00:00', 'met'),
    (26, 372, 'resolution', 1, 2400, '2026-04-20 13:10:00', NULL, 0, '2026-04-23 09:40:00', 'met'),
    (27, 375, 'first_response', 2, 60, '2026-04-22 10:00:00', NULL, 0, '2026-04-22 10:30:00', 'met'),
    (28, 375, 'resolution', 2, 480, '2026-04-22 10:00:00', NULL, 300, '2026-04-22 21:30:00', 'met'),
    (29, 377, 'first_response', 1, 240, '2026-04-23 08:30:00', NULL, 0, '2026-04-23 09:10:00', 'met'),
    (30, 377, 'resolution', 1, 2400, '2026-04-23 08:30:00', NULL, 0, '2026-04-24 08:00:00', 'met'),
    (31, 379, 'first_response', 1, 120, '2026-04-23 11:20:00', NULL, 0, '2026-04-23 12:00:00', 'met'),
    (32, 379, 'resolution', 1, 1200, '2026-04-23 11:20:00', NULL, 0, '2026-04-29 09:10:00', 'missed'),
    (33, 380, 'first_response', 1, 600, '2026-04-28 10:00:00', NULL, 0, '2026-04-28 13:30:00', 'met'),
    (34, 380, 'resolution', 1, 6000, '2026-04-28 10:00:00', NULL, 0, NULL, 'running'),
    (35, 381, 'first_response', 3, 30, '2026-04-28 11:00:00', NULL, 0, '2026-04-28 11:12:00', 'met'),
    (36, 381, 'resolution', 3, 240, '2026-04-28 11:00:00', NULL, 0, '2026-04-28 19:20:00', 'missed'),
    (37, 382, 'first_response', 3, 30, '2026-04-28 11:25:00', NULL, 0, '2026-04-28 11:40:00', 'void'),
    (38, 382, 'resolution', 3, 240, '2026-04-28 11:25:00', NULL, 0, '2026-04-28 11:40:00', 'void'),
    (39, 383, 'first_response', 1, 1200, '2026-04-28 14:00:00', NULL, 0, '2026-04-28 14:45:00', 'met'),
    (40, 383, 'resolution', 1, 6000, '2026-04-28 14:00:00', NULL, 0, '2026-04-29 08:00:00', 'met'),
    (41, 384, 'first_response', 1, 240, '2026-04-28 16:00:00', NULL, 0, '2026-04-29 08:30:00', 'met'),
    (42, 384, 'resolution', 1, 2400, '2026-04-28 16:00:00', NULL, 0, NULL, 'running'),
    (43, 386, 'first_response', 2, 60, '2026-04-29 08:05:00', NULL, 0, '2026-04-29 08:40:00', 'met'),
    (44, 386, 'resolution', 2, 480, '2026-04-29 08:05:00', NULL, 0, '2026-05-04 09:00:00', 'missed'),
    (45, 388, 'first_response', 1, 120, '2026-04-29 09:10:00', NULL, 0, '2026-04-29 10:00:00', 'met'),
    (46, 388, 'resolution', 1, 1200, '2026-04-29 09:10:00', NULL, 0, '2026-04-29 13:00:00', 'met'),
    (47, 390, 'first_response', 1, 120, '2026-04-29 13:20:00', NULL, 0, '2026-04-29 17:30:00', 'missed'),
    (48, 390, 'resolution', 1, 1200, '2026-04-29 13:20:00', NULL, 0, '2026-04-30 14:05:00', 'met'),
    (49, 393, 'first_response', 1, 1200, '2026-04-29 15:00:00', NULL, 0, '2026-04-30 09:20:00', 'met'),
    (50, 393, 'resolution', 1, 6000, '2026-04-29 15:00:00', NULL, 0, NULL, 'running'),
    (51, 395, 'first_response', 1, 480, '2026-04-30 08:00:00', NULL, 0, '2026-04-30 08:35:00', 'met'),
    (52, 395, 'resolution', 1, 3600, '2026-04-30 08:00:00', NULL, 0, '2026-05-04 07:00:00', 'met'),
    (53, 398, 'first_response', 1, 600, '2026-04-30 08:25:00', NULL, 0, '2026-04-30 11:00:00', 'met'),
    (54, 398, 'resolution', 1, 6000, '2026-04-30 08:25:00', '2026-04-30 11:00:00', 0, NULL, 'running'),
    (55, 400, 'first_response', 1, 120, '2026-04-30 09:05:00', NULL, 0, '2026-04-30 09:50:00', 'met'),
    (56, 400, 'resolution', 1, 1200, '2026-04-30 09:05:00', NULL, 0, NULL, 'running'),
    (57, 402, 'first_response', 1, 120, '2026-04-30 09:20:00', NULL, 0, '2026-04-30 10:30:00', 'met'),
    (58, 402, 'resolution', 1, 1200, '2026-04-30 09:20:00', NULL, 0, '2026-05-04 08:40:00', 'met'),
    (59, 405, 'first_response', 1, 1200, '2026-04-30 10:00:00', NULL, 0, '2026-04-30 13:00:00', 'met'),
    (60, 405, 'resolution', 1, 6000, '2026-04-30 10:00:00', NULL, 0, NULL, 'running'),
    (61, 407, 'first_response', 1, 120, '2026-04-30 10:45:00', NULL, 0, '2026-04-30 12:10:00', 'met'),
    (62, 407, 'resolution', 1, 1200, '2026-04-30 10:45:00', NULL, 0, NULL, 'running'),
    (63, 409, 'first_response', 1, 240, '2026-04-30 11:15:00', NULL, 0, '2026-04-30 13:20:00', 'met'),
    (64, 409, 'resolution', 1, 2400, '2026-04-30 11:15:00', '2026-04-30 13:20:00', 0, NULL, 'running'),
    (65, 410, 'first_response', 2, 60, '2026-04-30 11:40:00', NULL, 0, '2026-04-30 12:20:00', 'met'),
    (66, 410, 'resolution', 2, 480, '2026-04-30 11:40:00', NULL, 0, NULL, 'running'),
    (67, 411, 'first_response', 1, 240, '2026-04-30 11:50:00', NULL, 0, '2026-04-30 14:30:00', 'met'),
    (68, 411, 'resolution', 1, 2400, '2026-04-30 11:50:00', NULL, 0, NULL, 'running'),
    (69, 412, 'first_response', 2, 60, '2026-04-30 11:55:00', NULL, 0, '2026-04-30 12:30:00', 'met'),
    (70, 412, 'resolution', 2, 480, '2026-04-30 11:55:00', NULL, 0, NULL, 'running'),
    (71, 413, 'first_response', 1, 240, '2026-04-30 12:20:00', NULL, 0, '2026-04-30 15:05:00', 'met'),
    (72, 413, 'resolution', 1, 2400, '2026-04-30 12:20:00', NULL, 0, NULL, 'running'),
    (73, 414, 'first_response', 1, 240, '2026-04-30 13:00:00', NULL, 0, '2026-04-30 15:40:00', 'met'),
    (74, 414, 'resolution', 1, 2400, '2026-04-30 13:00:00', NULL, 0, NULL, 'running'),
    (75, 415, 'first_response', 2, 60, '2026-04-30 13:30:00', NULL, 0, '2026-04-30 14:15:00', 'met'),
    (76, 415, 'resolution', 2, 480, '2026-04-30 13:30:00', '2026-04-30 14:15:00', 0, NULL, 'running'),
    (77, 416, 'first_response', 1, 120, '2026-04-30 14:20:00', NULL, 0, '2026-04-30 15:50:00', 'met'),
    (78, 416, 'resolution', 1, 1200, '2026-04-30 14:20:00', NULL, 0, NULL, 'running'),
    (79, 418, 'first_response', 1, 240, '2026-04-30 15:30:00', NULL, 0, '2026-05-04 07:40:00', 'met'),
    (80, 418, 'resolution', 1, 2400, '2026-04-30 15:30:00', NULL, 0, NULL, 'running'),
    (81, 419, 'first_response', 2, 60, '2026-04-30 15:50:00', NULL, 0, '2026-04-30 16:20:00', 'met'),
    (82, 419, 'resolution', 2, 480, '2026-04-30 15:50:00', NULL, 0, NULL, 'running'),
    (83, 420, 'first_response', 1, 480, '2026-04-30 16:40:00', NULL, 0, '2026-05-04 08:30:00', 'met'),
    (84, 420, 'resolution', 1, 3600, '2026-04-30 16:40:00', NULL, 0, NULL, 'running'),
    (85, 421, 'first_response', 1, 120, '2026-05-04 08:10:00', NULL, 0, '2026-05-04 09:00:00', 'met'),
    (86, 421, 'resolution', 1, 1200, '2026-05-04 08:10:00', NULL, 0, NULL, 'running'),
    (87, 424, 'first_response', 1, 240, '2026-05-04 09:30:00', NULL, 0, '2026-05-04 10:15:00', 'met'),
    (88, 424, 'resolution', 1, 2400, '2026-05-04 09:30:00', NULL, 0, NULL, 'running'),
    (89, 428, 'first_response', 1, 240, '2026-05-04 10:15:00', NULL, 0, '2026-05-04 13:05:00', 'met'),
    (90, 428, 'resolution', 1, 2400, '2026-05-04 10:15:00', NULL, 0, NULL, 'running'),
    (91, 430, 'first_response', 1, 120, '2026-05-04 11:00:00', NULL, 0, '2026-05-04 12:45:00', 'met'),
    (92, 430, 'resolution', 1, 1200, '2026-05-04 11:00:00', NULL, 0, NULL, 'running'),
    (93, 431, 'first_response', 1, 240, '2026-05-04 13:00:00', NULL, 0, '2026-05-04 14:10:00', 'met'),
    (94, 431, 'resolution', 1, 2400, '2026-05-04 13:00:00', NULL, 0, NULL, 'running'),
    (95, 433, 'first_response', 1, 120, '2026-05-04 14:20:00', NULL, 0, '2026-05-04 15:00:00', 'met'),
    (96, 433, 'resolution', 1, 1200, '2026-05-04 14:20:00', NULL, 0, NULL, 'running'),
    (97, 434, 'first_response', 1, 1200, '2026-05-04 15:10:00', NULL, 0, '2026-05-05 09:30:00', 'met'),
    (98, 434, 'resolution', 1, 6000, '2026-05-04 15:10:00', NULL, 0, NULL, 'running'),
    (99, 436, 'first_response', 1, 120, '2026-05-04 16:00:00', NULL, 0, '2026-05-04 16:40:00', 'met'),
    (100, 436, 'resolution', 1, 1200, '2026-05-04 16:00:00', NULL, 0, NULL, 'running'),
    (101, 438, 'first_response', 1, 120, '2026-05-05 08:05:00', NULL, 0, '2026-05-05 08:50:00', 'met'),
    (102, 438, 'resolution', 1, 1200, '2026-05-05 08:05:00', NULL, 0, NULL, 'running'),
    (103, 439, 'first_response', 1, 240, '2026-05-05 08:30:00', NULL, 0, '2026-05-05 09:10:00', 'met'),
    (104, 439, 'resolution', 1, 2400, '2026-05-05 08:30:00', NULL, 0, '2026-05-05 10:00:00', 'met'),
    (105, 440, 'first_response', 2, 60, '2026-05-05 09:20:00', NULL, 0, NULL, 'running'),
    (106, 440, 'resolution', 2, 480, '2026-05-05 09:20:00', NULL, 0, NULL, 'running'),
    (107, 441, 'first_response', 1, 120, '2026-05-05 10:00:00', NULL, 0, '2026-05-05 11:10:00', 'met'),
    (108, 441, 'resolution', 1, 1200, '2026-05-05 10:00:00', NULL, 0, NULL, 'running'),
    (109, 442, 'first_response', 1, 120, '2026-05-05 11:00:00', NULL, 0, '2026-05-05 12:20:00', 'met'),
    (110, 442, 'resolution', 1, 1200, '2026-05-05 11:00:00', NULL, 0, NULL, 'running'),
    (111, 443, 'first_response', 1, 600, '2026-05-05 11:40:00', NULL, 0, NULL, 'running'),
    (112, 443, 'resolution', 1, 3600, '2026-05-05 11:40:00', NULL, 0, NULL, 'running'),
    (113, 444, 'first_response', 1, 480, '2026-05-05 13:00:00', NULL, 0, '2026-05-05 16:30:00', 'met'),
    (114, 444, 'resolution', 1, 2400, '2026-05-05 13:00:00', NULL, 0, NULL, 'running'),
    (115, 445, 'first_response', 1, 600, '2026-05-05 14:30:00', NULL, 0, NULL, 'running'),
    (116, 445, 'resolution', 1, 6000, '2026-05-05 14:30:00', NULL, 0, NULL, 'running'),
    (117, 447, 'first_response', 1, 120, '2026-05-05 15:05:00', NULL, 0, NULL, 'running'),
    (118, 447, 'resolution', 1, 1200, '2026-05-05 15:05:00', NULL, 0, NULL, 'running'),
    (119, 449, 'first_response', 1, 240, '2026-05-05 16:30:00', NULL, 0, NULL, 'running'),
    (120, 449, 'resolution', 1, 2400, '2026-05-05 16:30:00', NULL, 0, NULL, 'running'),
    (121, 450, 'first_response', 1, 120, '2026-05-05 17:20:00', NULL, 0, NULL, 'running'),
    (122, 450, 'resolution', 1, 1200, '2026-05-05 17:20:00', NULL, 0, NULL, 'running'),
    (123, 451, 'first_response', 2, 60, '2026-05-06 05:10:00', NULL, 0, NULL, 'running'),
    (124, 451, 'resolution', 2, 480, '2026-05-06 05:10:00', NULL, 0, NULL, 'running'),
    (125, 452, 'first_response', 1, 120, '2026-05-06 06:05:00', NULL, 0, NULL, 'running'),
    (126, 452, 'resolution', 1, 1200, '2026-05-06 06:05:00', NULL, 0, NULL, 'running'),
    (127, 453, 'first_response', 1, 120, '2026-05-06 06:40:00', NULL, 0, NULL, 'running'),
    (128, 453, 'resolution', 1, 1200, '2026-05-06 06:40:00', NULL, 0, NULL, 'running'),
    (129, 454, 'first_response', 1, 600, '2026-05-06 06:55:00', NULL, 0, NULL, 'running'),
    (130, 454, 'resolution', 1, 3600, '2026-05-06 06:55:00', NULL, 0, NULL, 'running'),
    (131, 455, 'first_response', 2, 60, '2026-05-06 07:00:00', NULL, 0, NULL, 'running'),
    (132, 455, 'resolution', 2, 480, '2026-05-06 07:00:00', NULL, 0, NULL, 'running'),
    (133, 456, 'first_response', 3, 30, '2026-05-06 07:30:00', NULL, 0, '2026-05-06 07:44:00', 'met'),
    (134, 456, 'resolution', 3, 240, '2026-05-06 07:30:00', NULL, 0, NULL, 'running'),
    (135, 457, 'first_response', 1, 600, '2026-05-06 07:35:00', NULL, 0, NULL, 'running'),
    (136, 457, 'resolution', 1, 6000, '2026-05-06 07:35:00', NULL, 0, NULL, 'running'),
    (137, 458, 'first_response', 1, 480, '2026-05-06 07:50:00', NULL, 0, '2026-05-06 08:20:00', 'met'),
    (138, 458, 'resolution', 1, 3600, '2026-05-06 07:50:00', NULL, 0, NULL, 'running'),
    (139, 459, 'first_response', 1, 120, '2026-05-06 08:12:00', NULL, 0, NULL, 'running'),
    (140, 459, 'resolution', 1, 1200, '2026-05-06 08:12:00', NULL, 0, NULL, 'running'),
    (141, 460, 'first_response', 1, 120, '2026-05-06 08:20:00', NULL, 0, NULL, 'running'),
    (142, 460, 'resolution', 1, 1200, '2026-05-06 08:20:00', NULL, 0, NULL, 'running'),
    (143, 461, 'first_response', 1, 240, '2026-05-06 08:25:00', NULL, 0, NULL, 'running'),
    (144, 461, 'resolution', 1, 2400, '2026-05-06 08:25:00', NULL, 0, NULL, 'running');

-- table: ticket_field_values
INSERT INTO ticket_field_values (ticket_id, field_id, value) VALUES
    (340, 4, 'configuration'),
    (341, 4, 'billing'),
    (343, 4, 'how_to'),
    (346, 4, 'how_to'),
    (349, 4, 'third_party'),
    (352, 4, 'product_defect'),
    (355, 4, 'how_to'),
    (358, 4, 'configuration'),
    (361, 1, 'all_users'),
    (361, 4, 'product_defect'),
    (364, 4, 'product_defect'),
    (367, 4, 'third_party'),
    (370, 4, 'how_to'),
    (372, 4, 'customer_change'),
    (375, 4, 'configuration'),
    (377, 4, 'how_to'),
    (379, 4, 'product_defect'),
    (381, 1, 'all_users'),
    (381, 2, 'workaround'),
    (381, 4, 'product_defect'),
    (383, 4, 'third_party'),
    (386, 4, 'product_defect'),
    (388, 4, 'third_party'),
    (390, 4, 'configuration'),
    (395, 4, 'how_to'),
    (402, 4, 'product_defect'),
    (439, 4, 'how_to');

-- table: ticket_messages
INSERT INTO ticket_messages (id, ticket_id, author_kind, contact_id, agent_id, visibility, body, macro_id, article_id, created_at) VALUES
    (1, 340, 'contact', 7, NULL, 'public', 'When I invite someone outside our company as an approver, the invitation never arrives.', NULL, NULL, '2026-03-30 09:12:00'),
    (2, 340, 'agent', NULL, 3, 'public', 'Hello Elin, guest approvers were switched off for your workspace. I have switched them on.', NULL, NULL, '2026-03-30 10:40:00'),
    (3, 341, 'contact', 15, NULL, 'public', 'Our invoice for March still shows the address we left last year.', NULL, NULL, '2026-03-31 13:00:00'),
    (4, 343, 'contact', 8, NULL, 'public', 'Our auditors ask how often we should rotate the signing secret of webhooks.', NULL, NULL, '2026-03-31 17:44:00'),
    (5, 340, 'contact', 7, NULL, 'public', 'Now it works, thank you!', NULL, NULL, '2026-04-01 08:05:00'),
    (6, 346, 'contact', 14, NULL, 'public', 'We would like Vault to file our orders by cost centre. Could somebody walk us through it?', NULL, NULL, '2026-04-01 09:30:00'),
    (7, 341, 'agent', NULL, 9, 'public', 'Dear Chiara, the address is corrected and the invoice has been sent again.', NULL, NULL, '2026-04-01 10:20:00'),
    (8, 346, 'agent', NULL, 7, 'public', 'Hello Ivana, gladly. I suggest half an hour tomorrow, under your service package.', NULL, NULL, '2026-04-01 11:00:00'),
    (9, 343, 'agent', NULL, 5, 'public', 'Hello Marcus, once a year is what we advise; the article attached shows how signatures are checked.', NULL, 4, '2026-04-01 13:10:00'),
    (10, 349, 'contact', 21, NULL, 'public', 'Since this morning''s browser update all charts are blank.', NULL, NULL, '2026-04-02 14:05:00'),
    (11, 349, 'agent', NULL, 13, 'public', 'Hello Gareth, the browser''s new version blocks canvas by default. Its next update reverts that; until then, please allow it for our site.', NULL, NULL, '2026-04-02 15:30:00'),
    (12, 352, 'contact', 4, NULL, 'public', 'Approval requests go to three people who left in March, and nobody else is asked. Purchasing is held up.', NULL, NULL, '2026-04-07 09:00:00'),
    (13, 352, 'agent', NULL, 4, 'public', 'Hello Rupert, I see it. The directory sync skips people who were renamed; engineering is on it.', NULL, NULL, '2026-04-07 09:35:00'),
    (14, 352, 'agent', NULL, 4, 'internal', 'Confirmed by engineering: defect in the sync of 8.3.2, corrected by a hotfix tonight.', NULL, NULL, '2026-04-07 18:20:00'),
    (15, 346, 'contact', 14, NULL, 'public', 'That was clear, thank you. We will set up the rest ourselves.', NULL, NULL, '2026-04-08 07:50:00'),
    (16, 352, 'agent', NULL, 4, 'public', 'The hotfix is in place, and the requests have been sent again to the right people.', NULL, NULL, '2026-04-08 09:50:00'),
    (17, 355, 'contact', 20, NULL, 'public', 'Please delete the account of our former colleague J. Ruiz.', NULL, NULL, '2026-04-08 15:10:00'),
    (18, 358, 'contact', 14, NULL, 'public', 'The connection to our warehouse system is refused since we moved it to another network.', NULL, NULL, '2026-04-09 08:15:00'),
    (19, 355, 'agent', NULL, 12, 'public', 'Hello Alison, done. His flows now belong to Theodore.', NULL, NULL, '2026-04-09 08:20:00'),
    (20, 358, 'agent', NULL, 6, 'public', 'Hello Ivana, the new network does not let our addresses in. I have sent you the list.', NULL, NULL, '2026-04-09 09:40:00'),
    (21, 361, 'contact', 4, NULL, 'public', 'None of our offices can open contracts in Vault. The night shift stands still.', NULL, NULL, '2026-04-14 02:10:00'),
    (22, 361, 'agent', NULL, 7, 'public', 'Hello Rupert, on-call here: we are looking at it now.', NULL, NULL, '2026-04-14 02:24:00'),
    (23, 361, 'agent', NULL, 7, 'public', 'The storage node is back, contracts open again. We will send the report of the incident.', NULL, NULL, '2026-04-14 05:36:00'),
    (24, 358, 'contact', 14, NULL, 'public', 'Our firewall is open now, it works.', NULL, NULL, '2026-04-14 07:30:00'),
    (25, 364, 'contact', 14, NULL, 'public', 'Whenever we save the approval matrix its last column is gone.', NULL, NULL, '2026-04-15 07:40:00'),
    (26, 364, 'agent', NULL, 12, 'public', 'Hello Ivana, I can reproduce it. Until it is corrected I will enter the column for you.', NULL, NULL, '2026-04-15 09:00:00'),
    (27, 364, 'agent', NULL, 12, 'internal', 'Defect, corrected in 8.4.0.', NULL, NULL, '2026-04-17 14:00:00'),
    (28, 367, 'contact', 3, NULL, 'public', 'The payments file of today is with the bank, they say, but it is not picked up.', NULL, NULL, '2026-04-17 15:00:00'),
    (29, 370, 'contact', 16, NULL, 'public', 'Our bulk uploads stop after 500 files without any message.', NULL, NULL, '2026-04-17 15:20:00'),
    (30, 367, 'agent', NULL, 6, 'public', 'Hello Helen, the file left us correctly at 14:02. I am asking the bank''s desk.', NULL, NULL, '2026-04-17 15:40:00'),
    (31, 370, 'agent', NULL, 8, 'public', 'Hello Niamh, 500 is the limit of one batch. Please divide the upload.', NULL, NULL, '2026-04-17 16:10:00'),
    (32, 370, 'contact', 16, NULL, 'public', 'You could have said so in the product.', NULL, NULL, '2026-04-17 16:50:00'),
    (33, 364, 'agent', NULL, 12, 'public', 'Release 8.4.0 is out, the matrix keeps all its columns.', NULL, NULL, '2026-04-20 08:10:00'),
    (34, 367, 'agent', NULL, 6, 'public', 'The bank had changed a folder and has put it right. The file went through this morning.', NULL, NULL, '2026-04-20 09:25:00'),
    (35, 372, 'contact', 14, NULL, 'public', 'Since Monday every order is filed twice.', NULL, NULL, '2026-04-20 13:10:00'),
    (36, 372, 'agent', NULL, 8, 'public', 'Hello Ivana, your team added a second filing rule on Monday. Shall I help you to clear up?', NULL, NULL, '2026-04-20 15:00:00'),
    (37, 372, 'contact', 14, NULL, 'public', 'Oh. Yes please, under the service package.', NULL, NULL, '2026-04-21 07:10:00'),
    (38, 375, 'contact', 4, NULL, 'public', 'Contract search finds suppliers by their old names only.', NULL, NULL, '2026-04-22 10:00:00'),
    (39, 375, 'agent', NULL, 7, 'public', 'Hello Rupert, could you run a refresh of the index under Administration and tell me when it is done?', NULL, NULL, '2026-04-22 10:30:00'),
    (40, 375, 'contact', 4, NULL, 'public', 'Done, took a while.', NULL, NULL, '2026-04-22 15:30:00'),
    (41, 375, 'agent', NULL, 7, 'public', 'Thank you. I have rebuilt the synonyms too, the new names are found.', NULL, NULL, '2026-04-22 21:20:00'),
    (42, 377, 'contact', 10, NULL, 'public', 'Bonjour, le jeton de notre connecteur a expiré. Comment en créer un autre ?', NULL, NULL, '2026-04-23 08:30:00'),
    (43, 377, 'agent', NULL, 8, 'public', 'Bonjour Bastien, sous Administration, Clients API, Renouveler. L''ancien reste valable une heure.', NULL, NULL, '2026-04-23 09:10:00'),
    (44, 372, 'agent', NULL, 8, 'public', 'The doubles are gone and the second rule is switched off.', NULL, NULL, '2026-04-23 09:30:00'),
    (45, 379, 'contact', 3, NULL, 'public', 'Our delivery notes carry the logo of our parent company.', NULL, NULL, '2026-04-23 11:20:00'),
    (46, 379, 'agent', NULL, 12, 'public', 'Hello Helen, I will look at the template.', NULL, NULL, '2026-04-23 12:00:00'),
    (47, 380, 'contact', 14, NULL, 'public', 'When I copy a flow the copy keeps its name in the run list. Can that be changed afterwards?', NULL, NULL, '2026-04-28 10:00:00'),
    (48, 381, 'contact', 4, NULL, 'public', 'No flow of the mill has run since eleven. Everything is done by hand.', NULL, NULL, '2026-04-28 11:00:00'),
    (49, 381, 'agent', NULL, 4, 'public', 'Hello Rupert, we are on it. It concerns one of our workers in the EU.', NULL, NULL, '2026-04-28 11:12:00'),
    (50, 382, 'contact', 3, NULL, 'public', 'Same here in accounts: nothing starts.', NULL, NULL, '2026-04-28 11:25:00'),
    (51, 380, 'agent', NULL, 3, 'public', 'Hello Ivana, I will find out which of the names the list shows.', NULL, NULL, '2026-04-28 13:30:00'),
    (52, 383, 'contact', 12, NULL, 'public', 'Our new hygienist has not had her activation mail.', NULL, NULL, '2026-04-28 14:00:00'),
    (53, 383, 'agent', NULL, 7, 'public', 'Hello Philippa, it was held back by your mail filter. I have sent it again.', NULL, NULL, '2026-04-28 14:45:00'),
    (54, 384, 'contact', 14, NULL, 'public', 'Our new plant needs an approval matrix of its own. Please build it with us, under the service package.', NULL, NULL, '2026-04-28 16:00:00'),
    (55, 381, 'agent', NULL, 2, 'internal', 'Worker pool ran full after 8.4.0, a defect. Rolled back for them at 19:05.', NULL, NULL, '2026-04-28 19:08:00'),
    (56, 381, 'agent', NULL, 4, 'public', 'All flows are running again, and the ones that were missed have been started.', NULL, NULL, '2026-04-28 19:15:00'),
    (57, 383, 'contact', 12, NULL, 'public', 'Got it, that was quick!', NULL, NULL, '2026-04-29 07:20:00'),
    (58, 386, 'contact', 3, NULL, 'public', 'The export of the ledger took six hours last night.', NULL, NULL, '2026-04-29 08:05:00'),
    (59, 384, 'agent', NULL, 12, 'public', 'Hello Ivana, I have made a first draft. Shall we go through it tomorrow?', NULL, NULL, '2026-04-29 08:30:00'),
    (60, 386, 'agent', NULL, 4, 'public', 'Hello Helen, we are looking into the run.', NULL, NULL, '2026-04-29 08:40:00'),
    (61, 379, 'agent', NULL, 12, 'public', 'The template took the logo of the parent workspace. Corrected.', NULL, NULL, '2026-04-29 09:00:00'),
    (62, 388, 'contact', 1, NULL, 'public', 'The invoice export to our SFTP server fails with error 52.', NULL, NULL, '2026-04-29 09:10:00'),
    (63, 388, 'agent', NULL, 3, 'public', 'Hello Greta, error 52 means that the server was full. Is there space again?', NULL, NULL, '2026-04-29 10:00:00'),
    (64, 388, 'contact', 1, NULL, 'public', 'Yes, our disk was full. Solved, thank you.', NULL, NULL, '2026-04-29 12:30:00'),
    (65, 390, 'contact', 17, NULL, 'public', 'Seit gestern erhalten unsere Prüfer keine Benachrichtigung über Freigaben.', NULL, NULL, '2026-04-29 13:20:00'),
    (66, 393, 'contact', 25, NULL, 'public', 'We are locked out. Our bank says the payment went out last week.', NULL, NULL, '2026-04-29 15:00:00'),
    (67, 390, 'agent', NULL, 3, 'public', 'Guten Tag Herr Albrecht, ich sehe mir das an.', NULL, NULL, '2026-04-29 17:30:00'),
    (68, 395, 'contact', 24, NULL, 'public', 'Downloading a month of the audit log takes twenty minutes. Is that normal?', NULL, NULL, '2026-04-30 08:00:00'),
    (69, 398, 'contact', 15, NULL, 'public', 'Can the labels of a shared dashboard be shown in Italian?', NULL, NULL, '2026-04-30 08:25:00'),
    (70, 395, 'agent', NULL, 12, 'public', 'Hello Joanna, for a tenant of your size it is. The nightly export is quicker.', NULL, NULL, '2026-04-30 08:35:00'),
    (71, 400, 'contact', 19, NULL, 'public', 'After importing users the approver groups are empty.', NULL, NULL, '2026-04-30 09:05:00'),
    (72, 393, 'agent', NULL, 9, 'public', 'Dear Tim, accounting is tracing the payment.', NULL, NULL, '2026-04-30 09:20:00'),
    (73, 402, 'contact', 22, NULL, 'public', 'Our flows of Sunday night were skipped.', NULL, NULL, '2026-04-30 09:20:00'),
    (74, 400, 'agent', NULL, 3, 'public', 'Hello Theodore, engineering is restoring them from the copy of Tuesday.', NULL, NULL, '2026-04-30 09:50:00'),
    (75, 405, 'contact', 21, NULL, 'public', 'We would like to move to the plan Business in June. What do we have to do?', NULL, NULL, '2026-04-30 10:00:00'),
    (76, 402, 'agent', NULL, 4, 'public', 'Hello Inês, please save each schedule again, unchanged. That helps until the fault is corrected.', NULL, NULL, '2026-04-30 10:30:00'),
    (77, 407, 'contact', 20, NULL, 'public', 'Can Insight reckon with a fiscal year from July to June?', NULL, NULL, '2026-04-30 10:45:00'),
    (78, 398, 'agent', NULL, 13, 'public', 'Hello Chiara, yes, if its owner allows translations. Who is the owner?', NULL, NULL, '2026-04-30 11:00:00'),
    (79, 409, 'contact', 10, NULL, 'public', 'Notre flux de facturation s''arrête à l''étape 12 sans message.', NULL, NULL, '2026-04-30 11:15:00'),
    (80, 410, 'contact', 8, NULL, 'public', 'The scope orders.write is not offered when we register a client.', NULL, NULL, '2026-04-30 11:40:00'),
    (81, 411, 'contact', 22, NULL, 'public', 'The monthly report counts every approval twice since we renamed two groups.', NULL, NULL, '2026-04-30 11:50:00'),
    (82, 412, 'contact', 16, NULL, 'public', 'Two of our nightly flows have not started since the weekend of the clock change, and others run an hour late.', NULL, NULL, '2026-04-30 11:55:00'),
    (83, 407, 'agent', NULL, 13, 'public', 'Hello Alison, it can. I am writing an article about it.', NULL, NULL, '2026-04-30 12:10:00'),
    (84, 410, 'agent', NULL, 6, 'public', 'Hello Marcus, it is not released for your region yet. I am asking for an exception.', NULL, NULL, '2026-04-30 12:20:00'),
    (85, 413, 'contact', 7, NULL, 'public', 'Uploading our SAML metadata fails with ''more than one signing key''.', NULL, NULL, '2026-04-30 12:20:00'),
    (86, 412, 'agent', NULL, 1, 'public', 'Hello Niamh, this is a known fault of the scheduler. Saving the schedule again brings the flows back until it is corrected.', NULL, NULL, '2026-04-30 12:30:00'),
    (87, 405, 'agent', NULL, 9, 'public', 'Dear Gareth, an offer is on its way.', NULL, NULL, '2026-04-30 13:00:00'),
    (88, 414, 'contact', 6, NULL, 'public', 'Beim Kopieren einer Vorlage erscheint nur ein leeres Fenster.', NULL, NULL, '2026-04-30 13:00:00'),
    (89, 409, 'agent', NULL, 3, 'public', 'Bonjour Bastien, pourriez-vous m''envoyer le journal de l''heure concernée ?', NULL, NULL, '2026-04-30 13:20:00'),
    (90, 415, 'contact', 19, NULL, 'public', 'Our daily digest runs an hour late, or not at all.', NULL, NULL, '2026-04-30 13:30:00'),
    (91, 390, 'agent', NULL, 3, 'public', 'Die Benachrichtigungen laufen wieder, der Versand war für Ihren Bereich abgeschaltet.', NULL, NULL, '2026-04-30 14:00:00'),
    (92, 412, 'contact', 16, NULL, 'public', 'Thank you, that works, but we have to do it each time.', NULL, NULL, '2026-04-30 14:10:00'),
    (93, 415, 'agent', NULL, 6, 'public', 'Hello Theodore, that is a known fault of the scheduler. Could you tell us whether saving the schedule again helps?', NULL, NULL, '2026-04-30 14:15:00'),
    (94, 416, 'contact', 23, NULL, 'public', 'A rule of ten years wants to delete papers of 2017. Is the count right?', NULL, NULL, '2026-04-30 14:20:00'),
    (95, 411, 'agent', NULL, 3, 'public', 'Hello Inês, I am comparing the report with the run list.', NULL, NULL, '2026-04-30 14:30:00'),
    (96, 413, 'agent', NULL, 7, 'public', 'Hello Elin, we have found the fault and opened a problem for it.', NULL, NULL, '2026-04-30 15:05:00'),
    (97, 418, 'contact', 15, NULL, 'public', 'Our client is answered with 429 all the time, although it sends only 80 requests a minute.', NULL, NULL, '2026-04-30 15:30:00'),
    (98, 414, 'agent', NULL, 4, 'public', 'Guten Tag Frau Thoma, welchen Browser verwenden Sie?', NULL, NULL, '2026-04-30 15:40:00'),
    (99, 416, 'agent', NULL, 13, 'public', 'Hello Callum, the rule counts from the day of filing. I am checking how the old papers were filed.', NULL, NULL, '2026-04-30 15:50:00'),
    (100, 419, 'contact', 17, NULL, 'public', 'Seit der Zeitumstellung werden mehrere unserer nächtlichen Abläufe ausgelassen.', NULL, NULL, '2026-04-30 15:50:00'),
    (101, 419, 'agent', NULL, 4, 'public', 'Guten Tag Herr Albrecht, der Fehler ist bekannt. Bis zur Korrektur hilft es, den Zeitplan unverändert neu zu speichern.', NULL, NULL, '2026-04-30 16:20:00'),
    (102, 420, 'contact', 9, NULL, 'public', 'We are going to run two identity providers for a quarter. How do we add the second?', NULL, NULL, '2026-04-30 16:40:00'),
    (103, 419, 'contact', 17, NULL, 'public', 'Das machen wir. Bitte geben Sie Bescheid, sobald es eine Korrektur gibt.', NULL, NULL, '2026-05-04 07:05:00'),
    (104, 418, 'agent', NULL, 6, 'public', 'Hello Chiara, I am looking at the counts of your client.', NULL, NULL, '2026-05-04 07:40:00'),
    (105, 402, 'contact', 22, NULL, 'public', 'That helped. You can close this.', NULL, NULL, '2026-05-04 08:00:00'),
    (106, 421, 'contact', 1, NULL, 'public', 'The invoice export to SFTP fails with error 52 again, since the weekend. This time our disk is nearly empty.', NULL, NULL, '2026-05-04 08:10:00'),
    (107, 420, 'agent', NULL, 7, 'public', 'Hello Dana, I will prepare the steps for you.', NULL, NULL, '2026-05-04 08:30:00'),
    (108, 386, 'agent', NULL, 4, 'public', 'The index that was missing is there, last night''s run took four minutes.', NULL, NULL, '2026-05-04 08:55:00'),
    (109, 421, 'agent', NULL, 1, 'public', 'Hello Greta, thank you. I am looking at the transfer of last night.', NULL, NULL, '2026-05-04 09:00:00'),
    (110, 414, 'contact', 6, NULL, 'public', 'Firefox, aktuelle Version.', NULL, NULL, '2026-05-04 09:10:00'),
    (111, 424, 'contact', 7, NULL, 'public', 'The designer freezes when I open our largest flow, 260 steps.', NULL, NULL, '2026-05-04 09:30:00'),
    (112, 424, 'agent', NULL, 4, 'public', 'Hello Elin, that is a known fault above 200 steps. Could you divide the flow into two for now?', NULL, NULL, '2026-05-04 10:15:00'),
    (113, 428, 'contact', 22, NULL, 'public', 'New members of a group can only work an hour later. Can the sync run more often?', NULL, NULL, '2026-05-04 10:15:00'),
    (114, 430, 'contact', 20, NULL, 'public', 'Can a webhook have two signing secrets during a rotation?', NULL, NULL, '2026-05-04 11:00:00'),
    (115, 384, 'contact', 14, NULL, 'public', 'It looks good. Two levels are missing, we will send them.', NULL, NULL, '2026-05-04 12:00:00'),
    (116, 430, 'agent', NULL, 5, 'public', 'Hello Alison, not yet; I have passed the wish on and will come back to you with dates.', NULL, NULL, '2026-05-04 12:45:00'),
    (117, 431, 'contact', 10, NULL, 'public', 'Les rapports PDF sont coupés à droite depuis la mise à jour.', NULL, NULL, '2026-05-04 13:00:00'),
    (118, 428, 'agent', NULL, 5, 'public', 'Hello Inês, I am asking the team whether your interval can be shortened.', NULL, NULL, '2026-05-04 13:05:00'),
    (119, 424, 'contact', 7, NULL, 'public', 'We are trying that.', NULL, NULL, '2026-05-04 14:00:00'),
    (120, 431, 'agent', NULL, 8, 'public', 'Bonjour Bastien, je le reproduis. Je reviens vers vous.', NULL, NULL, '2026-05-04 14:10:00'),
    (121, 433, 'contact', 3, NULL, 'public', 'April was not a good month with you. Under our contract we ask for the service credit for April. By our count five tickets were late, and we expect 30 percent of the invoice.', NULL, NULL, '2026-05-04 14:20:00'),
    (122, 433, 'agent', NULL, 1, 'public', 'Hello Helen, I am going to check which of the tickets count and come back to you.', NULL, NULL, '2026-05-04 15:00:00'),
    (123, 434, 'contact', 12, NULL, 'public', 'Could you send us a copy of the invoice of January?', NULL, NULL, '2026-05-04 15:10:00'),
    (124, 436, 'contact', 23, NULL, 'public', 'Your page on rotating the SSO certificate says that the old certificate works for 14 days. We planned a night shift for that, and then the old one went on working. Which is it? We are on the LTS channel.', NULL, NULL, '2026-05-04 16:00:00'),
    (125, 436, 'agent', NULL, 1, 'public', 'Hello Callum, I am asking the people who build it.', NULL, NULL, '2026-05-04 16:40:00'),
    (126, 438, 'contact', 16, NULL, 'public', 'Attachments of this morning are not found by the search.', NULL, NULL, '2026-05-05 08:05:00'),
    (127, 439, 'contact', 22, NULL, 'public', 'Our accountant has a new phone and cannot sign in.', NULL, NULL, '2026-05-05 08:30:00'),
    (128, 438, 'agent', NULL, 13, 'public', 'Hello Niamh, the index is behind. Searching by file name works.', NULL, NULL, '2026-05-05 08:50:00'),
    (129, 439, 'agent', NULL, 12, 'public', 'Hello Inês, I have reset her second factor after a call back.', NULL, NULL, '2026-05-05 09:10:00'),
    (130, 440, 'contact', 2, NULL, 'public', 'No invoice has arrived on our accounting server since Saturday; the flow ends with code 52. We close our books on Thursday, so this is in the way.', NULL, NULL, '2026-05-05 09:20:00'),
    (131, 434, 'agent', NULL, 9, 'public', 'Dear Philippa, it is on its way from accounting.', NULL, NULL, '2026-05-05 09:30:00'),
    (132, 439, 'contact', 22, NULL, 'public', 'She is in. Thank you.', NULL, NULL, '2026-05-05 09:40:00'),
    (133, 441, 'contact', 7, NULL, 'public', 'Eleven approvals stand at Waiting although everybody has approved.', NULL, NULL, '2026-05-05 10:00:00'),
    (134, 442, 'contact', 16, NULL, 'public', 'Our invoice export to SFTP stops with error 52.', NULL, NULL, '2026-05-05 11:00:00'),
    (135, 441, 'agent', NULL, 3, 'public', 'Hello Elin, I am looking at the first two of them.', NULL, NULL, '2026-05-05 11:10:00'),
    (136, 436, 'agent', NULL, 2, 'internal', 'From the identity team: since 8.3 the old certificate stays valid for 30 days after the upload, on every channel, LTS included. The gateway loads the new one by itself; restarting it is wrong since 8.3, it cuts off everybody who is signed in.', NULL, NULL, '2026-05-05 11:30:00'),
    (137, 443, 'contact', 12, NULL, 'public', 'Our practice software asks for an API client. How do we register one?', NULL, NULL, '2026-05-05 11:40:00'),
    (138, 442, 'agent', NULL, 2, 'public', 'Hello Niamh, we see the same elsewhere and are looking into it.', NULL, NULL, '2026-05-05 12:20:00'),
    (139, 444, 'contact', 21, NULL, 'public', 'Our server refuses your deliveries since we have a new certificate.', NULL, NULL, '2026-05-05 13:00:00'),
    (140, 445, 'contact', 13, NULL, 'public', 'Is there one list of all methods of the API? Our auditor asks for it.', NULL, NULL, '2026-05-05 14:30:00'),
    (141, 411, 'contact', 22, NULL, 'public', 'Do you need anything else from us?', NULL, NULL, '2026-05-05 15:00:00'),
    (142, 447, 'contact', 1, NULL, 'public', 'The PDF export of our energy dashboard fails with ''page too large''. The figures on the screen are right.', NULL, NULL, '2026-05-05 15:05:00'),
    (143, 444, 'agent', NULL, 5, 'public', 'Hello Gareth, your certificate lacks the intermediate. Could you add it to the chain?', NULL, NULL, '2026-05-05 16:30:00'),
    (144, 449, 'contact', 15, NULL, 'public', 'Two of our own fields are missing in the answers of the order API.', NULL, NULL, '2026-05-05 16:30:00'),
    (145, 444, 'contact', 21, NULL, 'public', 'We will try.', NULL, NULL, '2026-05-05 17:10:00'),
    (146, 450, 'contact', 18, NULL, 'public', 'Der Abruf unserer Auftragsliste bricht nach 30 Sekunden ab.', NULL, NULL, '2026-05-05 17:20:00'),
    (147, 451, 'contact', 15, NULL, 'public', 'The export button of my dashboard is grey in our live workspace since last night. I need it URGENTLY, please treat as P1!!! My colleagues can export. Right now I take the same figures from the weekly report mail, but this cannot go on.', NULL, NULL, '2026-05-06 05:10:00'),
    (148, 452, 'contact', 8, NULL, 'public', 'Good morning, when you have a moment: since about five nobody at our company gets into the live system through single sign-on. All 340 of us see ''assertion expired'', and passwords are switched off for us, so nothing moves here. Thank you!', NULL, NULL, '2026-05-06 06:05:00'),
    (149, 453, 'contact', 1, NULL, 'public', 'I am writing once more because I have heard nothing since Monday: the export of invoices to SFTP still ends with error 52.', NULL, NULL, '2026-05-06 06:40:00'),
    (150, 454, 'contact', 12, NULL, 'public', 'Just so you know: when our colleague Mr Ames opens Contracts in our live archive, he sees two contracts of a company we have never heard of. The rest of us do not see them, and he can work as usual, so there is no hurry at all.', NULL, NULL, '2026-05-06 06:55:00'),
    (151, 455, 'contact', 19, NULL, 'public', 'The token endpoint answers 503 about once a minute.', NULL, NULL, '2026-05-06 07:00:00'),
    (152, 456, 'contact', 16, NULL, 'public', 'The dispatch flow stands still in both depots, no lorry gets its papers.', NULL, NULL, '2026-05-06 07:30:00'),
    (153, 457, 'contact', 22, NULL, 'public', 'Could someone train our new colleagues in May? Two hours would do.', NULL, NULL, '2026-05-06 07:35:00'),
    (154, 456, 'agent', NULL, 3, 'public', 'Hello Niamh, I am on it and will write within the hour.', NULL, NULL, '2026-05-06 07:44:00'),
    (155, 458, 'contact', 24, NULL, 'public', 'Our security people ask in which data centre our tenant runs.', NULL, NULL, '2026-05-06 07:50:00'),
    (156, 459, 'contact', 10, NULL, 'public', 'Bonjour, depuis ce matin notre webhook de commande n''envoie plus rien. Les commandes sont saisies à la main.', NULL, NULL, '2026-05-06 08:12:00'),
    (157, 458, 'agent', NULL, 2, 'public', 'Hello Joanna, in Dublin, with the copy in Frankfurt. I will send you the certificate.', NULL, NULL, '2026-05-06 08:20:00'),
    (158, 460, 'contact', 16, NULL, 'public', 'Three colleagues who started today cannot sign in through SSO. Everybody else can.', NULL, NULL, '2026-05-06 08:20:00'),
    (159, 461, 'contact', 7, NULL, 'public', 'Can the keys of the sandbox be used in production for a test?', NULL, NULL, '2026-05-06 08:25:00');

-- table: ticket_tags
INSERT INTO ticket_tags (ticket_id, tag_id) VALUES
    (340, 7),
    (341, 2),
    (343, 1),
    (358, 1),
    (370, 8),
    (377, 1),
    (383, 7),
    (388, 9),
    (393, 2),
    (410, 1),
    (412, 13),
    (413, 10),
    (418, 1),
    (419, 13),
    (420, 10),
    (421, 4),
    (428, 10),
    (430, 1),
    (430, 8),
    (433, 2),
    (434, 2),
    (436, 10),
    (440, 5),
    (440, 9),
    (442, 9),
    (447, 4),
    (449, 1),
    (450, 1),
    (453, 4),
    (453, 12),
    (455, 1),
    (457, 7),
    (459, 1),
    (460, 7),
    (460, 10);

-- table: time_entries
INSERT INTO time_entries (id, ticket_id, agent_id, worked_on, minutes, billable, note, created_at) VALUES
    (1, 346, 7, '2026-03-31', 90, 1, 'Scoping call before the ticket was opened', '2026-03-31 17:10:00'),
    (2, 346, 7, '2026-04-02', 40, 1, 'Walk through filing rules', '2026-04-02 17:11:00'),
    (3, 346, 7, '2026-04-07', 20, 1, 'Questions by mail', '2026-04-07 17:12:00'),
    (4, 346, 7, '2026-04-07', 15, 0, 'Notes', '2026-04-07 17:13:00'),
    (5, 352, 4, '2026-04-07', 85, 0, 'Analysis of the sync', '2026-04-07 17:14:00'),
    (6, 358, 6, '2026-04-09', 75, 1, 'Tracing the refused connection', '2026-04-09 17:15:00'),
    (7, 358, 6, '2026-04-10', 50, 1, 'List of addresses, call with their network team', '2026-04-10 17:16:00'),
    (8, 361, 7, '2026-04-14', 190, 0, 'On-call', '2026-04-14 17:17:00'),
    (9, 364, 12, '2026-04-15', 120, 1, 'Reproducing, entering columns by hand', '2026-04-15 17:18:00'),
    (10, 364, 12, '2026-04-16', 35, 1, 'Entering columns by hand', '2026-04-16 17:19:00'),
    (11, 370, 8, '2026-04-17', 25, 1, 'Limits of bulk upload', '2026-04-17 17:20:00'),
    (12, 372, 8, '2026-04-21', 95, 1, 'Clearing up doubled orders', '2026-04-21 17:21:00'),
    (13, 372, 8, '2026-04-22', 10, 1, 'Check after the clearing', '2026-04-22 17:22:00'),
    (14, 381, 4, '2026-04-28', 240, 0, 'Outage', '2026-04-28 17:23:00'),
    (15, 384, 12, '2026-04-29', 65, 1, 'Draft of the matrix', '2026-04-29 17:24:00'),
    (16, 407, 13, '2026-04-30', 30, 1, 'Fiscal year', '2026-04-30 17:25:00'),
    (17, 412, 1, '2026-04-30', 20, 0, 'Analysis', '2026-04-30 17:26:00'),
    (18, 384, 12, '2026-05-04', 30, 1, 'Two more levels', '2026-05-04 17:27:00'),
    (19, 418, 6, '2026-05-04', 45, 0, 'Counts of the client', '2026-05-04 17:28:00'),
    (20, 433, 1, '2026-05-04', 15, 0, 'Reading the request', '2026-05-04 17:29:00'),
    (21, 436, 2, '2026-05-05', 25, 0, 'Asking the identity team', '2026-05-05 17:30:00');
