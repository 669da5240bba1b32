-- table: agents
CREATE TABLE agents (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    backup_id INTEGER REFERENCES agents (id),
    is_active BOOLEAN NOT NULL,
    CHECK (role IN ('agent', 'senior', 'lead', 'manager')),
    CHECK (capacity >= 0),
    CHECK (is_active IN (0, 1))
);

-- table: approval_limits
CREATE TABLE approval_limits (
    role TEXT PRIMARY KEY NOT NULL,
    max_credit_cents INTEGER NOT NULL,
    CHECK (role IN ('agent', 'senior', 'lead', 'manager')),
    CHECK (max_credit_cents >= 0)
);

-- table: calendars
CREATE TABLE calendars (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

-- table: custom_fields
CREATE TABLE custom_fields (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    choices TEXT,
    required_to_solve BOOLEAN NOT NULL,
    CHECK (kind IN ('choice', 'text', 'number')),
    CHECK ((kind = 'choice') = (choices IS NOT NULL)),
    CHECK (required_to_solve IN (0, 1))
);

-- table: documents
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    effective_from DATE NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (code, version),
    CHECK (status IN ('in_force', 'superseded'))
);

-- table: macros
CREATE TABLE macros (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    UNIQUE (code, language),
    CHECK (language IN ('en', 'de', 'fr', 'sv', 'no', 'it', 'pt', 'cs')),
    CHECK (is_active IN (0, 1))
);

-- table: plans
CREATE TABLE plans (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

-- table: products
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

-- table: skills
CREATE TABLE skills (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    CHECK (kind IN ('technical', 'language'))
);

-- table: tags
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- table: absences
CREATE TABLE absences (
    id INTEGER PRIMARY KEY,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    kind TEXT NOT NULL,
    recorded_by INTEGER NOT NULL REFERENCES agents (id),
    CHECK (kind IN ('illness', 'leave', 'training')),
    CHECK (first_day <= last_day)
);
CREATE INDEX ix_absences_agent ON absences (agent_id);

-- table: agent_skills
CREATE TABLE agent_skills (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    skill_id INTEGER NOT NULL REFERENCES skills (id),
    level INTEGER NOT NULL,
    PRIMARY KEY (agent_id, skill_id),
    CHECK (level BETWEEN 1 AND 3)
);

-- table: articles
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products (id),
    audience TEXT NOT NULL,
    status TEXT NOT NULL,
    CHECK (audience IN ('public', 'internal')),
    CHECK (status IN ('draft', 'published', 'retired'))
);

-- table: audit_log
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    at DATETIME NOT NULL,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX ix_audit_log_entity ON audit_log (entity, entity_id);

-- table: calendar_hours
CREATE TABLE calendar_hours (
    id INTEGER PRIMARY KEY,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id),
    weekday INTEGER NOT NULL,
    opens_minute INTEGER NOT NULL,
    closes_minute INTEGER NOT NULL,
    UNIQUE (calendar_id, weekday),
    CHECK (weekday BETWEEN 0 AND 6),
    CHECK (0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440)
);

-- table: components
CREATE TABLE components (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    status TEXT NOT NULL,
    UNIQUE (name, region),
    CHECK (status IN ('operational', 'degraded', 'partial_outage', 'major_outage'))
);

-- table: holidays
CREATE TABLE holidays (
    id INTEGER PRIMARY KEY,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id),
    day DATE NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (calendar_id, day)
);

-- table: organisations
CREATE TABLE organisations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    plan_id INTEGER NOT NULL REFERENCES plans (id),
    country TEXT NOT NULL,
    status TEXT NOT NULL,
    release_channel TEXT NOT NULL,
    account_manager TEXT NOT NULL,
    customer_since DATE NOT NULL,
    notes TEXT NOT NULL,
    CHECK (status IN ('active', 'suspended', 'former')),
    CHECK (release_channel IN ('rapid', 'stable', 'lts'))
);

-- table: queues
CREATE TABLE queues (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    lead_id INTEGER NOT NULL REFERENCES agents (id)
);

-- table: shifts
CREATE TABLE shifts (
    id INTEGER PRIMARY KEY,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    weekday INTEGER NOT NULL,
    start_time TIME NOT NULL,
    end_time TIME NOT NULL,
    UNIQUE (agent_id, weekday),
    CHECK (weekday BETWEEN 0 AND 6),
    CHECK (start_time < end_time)
);

-- table: sla_targets
CREATE TABLE sla_targets (
    id INTEGER PRIMARY KEY,
    plan_id INTEGER NOT NULL REFERENCES plans (id),
    priority TEXT NOT NULL,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id),
    first_response_minutes INTEGER NOT NULL,
    resolution_minutes INTEGER NOT NULL,
    UNIQUE (plan_id, priority),
    CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    CHECK (first_response_minutes > 0),
    CHECK (resolution_minutes > first_response_minutes)
);

-- table: article_versions
CREATE TABLE article_versions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL,
    change_note TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES agents (id),
    created_at DATETIME NOT NULL,
    published_by INTEGER REFERENCES agents (id),
    published_at DATETIME,
    UNIQUE (article_id, version),
    CHECK (status IN ('draft', 'published', 'superseded')),
    CHECK (version > 0),
    CHECK ((status = 'draft') = (published_at IS NULL)),
    CHECK ((published_at IS NULL) = (published_by IS NULL))
);

-- table: assignment_rules
CREATE TABLE assignment_rules (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    tag_id INTEGER REFERENCES tags (id),
    product_id INTEGER REFERENCES products (id),
    priority TEXT,
    queue_id INTEGER NOT NULL REFERENCES queues (id),
    skill_id INTEGER NOT NULL REFERENCES skills (id),
    min_level INTEGER NOT NULL,
    is_active BOOLEAN NOT NULL,
    CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    CHECK (min_level BETWEEN 1 AND 3),
    CHECK (is_active IN (0, 1))
);

-- table: component_events
CREATE TABLE component_events (
    id INTEGER PRIMARY KEY,
    component_id INTEGER NOT NULL REFERENCES components (id),
    status TEXT NOT NULL,
    message TEXT NOT NULL,
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    created_at DATETIME NOT NULL,
    CHECK (status IN ('operational', 'degraded', 'partial_outage', 'major_outage'))
);
CREATE INDEX ix_component_events ON component_events (component_id);

-- table: contacts
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    full_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    phone TEXT,
    language TEXT NOT NULL,
    role TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    CHECK (language IN ('en', 'de', 'fr', 'sv', 'no', 'it', 'pt', 'cs')),
    CHECK (role IN ('user', 'admin', 'billing')),
    CHECK (is_active IN (0, 1))
);
CREATE INDEX ix_contacts_organisation ON contacts (organisation_id);

-- table: entitlements
CREATE TABLE entitlements (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    valid_from DATE NOT NULL,
    valid_until DATE NOT NULL,
    UNIQUE (organisation_id, product_id, valid_from),
    CHECK (valid_from <= valid_until)
);

-- table: invoices
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    month TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    issued_on DATE NOT NULL,
    status TEXT NOT NULL,
    UNIQUE (organisation_id, month),
    CHECK (status IN ('open', 'paid')),
    CHECK (amount_cents > 0)
);

-- table: maintenance_windows
CREATE TABLE maintenance_windows (
    id INTEGER PRIMARY KEY,
    component_id INTEGER NOT NULL REFERENCES components (id),
    title TEXT NOT NULL,
    start_at DATETIME NOT NULL,
    end_at DATETIME NOT NULL,
    announced_at DATETIME NOT NULL,
    status TEXT NOT NULL,
    CHECK (status IN ('planned', 'done', 'cancelled')),
    CHECK (start_at < end_at)
);

-- table: problems
CREATE TABLE problems (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products (id),
    component_id INTEGER REFERENCES components (id),
    owner_id INTEGER NOT NULL REFERENCES agents (id),
    status TEXT NOT NULL,
    workaround TEXT,
    fixed_in TEXT,
    opened_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CHECK (status IN ('investigating', 'known_error', 'fixed', 'closed')),
    CHECK ((status IN ('fixed', 'closed')) = (fixed_in IS NOT NULL))
);

-- table: service_packages
CREATE TABLE service_packages (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    included_minutes INTEGER NOT NULL,
    hourly_rate_cents INTEGER NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE NOT NULL,
    UNIQUE (organisation_id, valid_from),
    CHECK (valid_from <= valid_until),
    CHECK (included_minutes >= 0),
    CHECK (hourly_rate_cents > 0)
);

-- table: tickets
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    contact_id INTEGER NOT NULL REFERENCES contacts (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    queue_id INTEGER NOT NULL REFERENCES queues (id),
    assignee_id INTEGER REFERENCES agents (id),
    problem_id INTEGER REFERENCES problems (id),
    merged_into_id INTEGER REFERENCES tickets (id),
    kind TEXT NOT NULL,
    priority TEXT NOT NULL,
    status TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    solved_at DATETIME,
    closed_at DATETIME,
    CHECK (kind IN ('question', 'incident', 'task')),
    CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    CHECK (status IN ('new', 'open', 'pending', 'on_hold', 'solved', 'closed')),
    CHECK (channel IN ('portal', 'email', 'phone', 'chat')),
    CHECK (language IN ('en', 'de', 'fr', 'sv', 'no', 'it', 'pt', 'cs')),
    CHECK (status <> 'solved' OR solved_at IS NOT NULL),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    CHECK (merged_into_id IS NULL OR (status = 'closed' AND merged_into_id <> id))
);
CREATE INDEX ix_tickets_assignee ON tickets (assignee_id, status);
CREATE INDEX ix_tickets_organisation ON tickets (organisation_id);
CREATE INDEX ix_tickets_queue ON tickets (queue_id, status);

-- table: credits
CREATE TABLE credits (
    id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (id),
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    requested_by INTEGER NOT NULL REFERENCES agents (id),
    decided_by INTEGER REFERENCES agents (id),
    created_at DATETIME NOT NULL,
    decided_at DATETIME,
    CHECK (kind IN ('sla', 'goodwill', 'refund')),
    CHECK (status IN ('pending_approval', 'issued', 'declined')),
    CHECK (amount_cents > 0),
    CHECK ((status = 'pending_approval') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL))
);
CREATE INDEX ix_credits_invoice ON credits (invoice_id);

-- table: escalations
CREATE TABLE escalations (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    level INTEGER NOT NULL,
    reason TEXT NOT NULL,
    comment TEXT NOT NULL,
    raised_by INTEGER NOT NULL REFERENCES agents (id),
    status TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    closed_at DATETIME,
    CHECK (reason IN ('data_risk', 'sla_breach', 'customer_request', 'technical')),
    CHECK (status IN ('open', 'closed')),
    CHECK (level IN (2, 3)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX ix_escalations_ticket ON escalations (ticket_id);

-- table: ratings
CREATE TABLE ratings (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL UNIQUE REFERENCES tickets (id),
    score INTEGER NOT NULL,
    comment TEXT,
    created_at DATETIME NOT NULL,
    CHECK (score BETWEEN 1 AND 5)
);

-- table: sla_clocks
CREATE TABLE sla_clocks (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id),
    target_minutes INTEGER NOT NULL,
    started_at DATETIME NOT NULL,
    paused_since DATETIME,
    paused_minutes INTEGER NOT NULL,
    stopped_at DATETIME,
    outcome TEXT NOT NULL,
    UNIQUE (ticket_id, kind),
    CHECK (kind IN ('first_response', 'resolution')),
    CHECK (outcome IN ('running', 'met', 'missed', 'void')),
    CHECK (target_minutes > 0),
    CHECK (paused_minutes >= 0),
    CHECK ((outcome = 'running') = (stopped_at IS NULL)),
    CHECK (paused_since IS NULL OR outcome = 'running')
);

-- table: ticket_field_values
CREATE TABLE ticket_field_values (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    field_id INTEGER NOT NULL REFERENCES custom_fields (id),
    value TEXT NOT NULL,
    PRIMARY KEY (ticket_id, field_id)
);

-- table: ticket_messages
CREATE TABLE ticket_messages (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    author_kind TEXT NOT NULL,
    contact_id INTEGER REFERENCES contacts (id),
    agent_id INTEGER REFERENCES agents (id),
    visibility TEXT NOT NULL,
    body TEXT NOT NULL,
    macro_id INTEGER REFERENCES macros (id),
    article_id INTEGER REFERENCES articles (id),
    created_at DATETIME NOT NULL,
    CHECK (author_kind IN ('contact', 'agent', 'system')),
    CHECK (visibility IN ('public', 'internal')),
    CHECK ((author_kind = 'contact') = (contact_id IS NOT NULL)),
    CHECK ((author_kind = 'agent') = (agent_id IS NOT NULL))
);
CREATE INDEX ix_ticket_messages_ticket ON ticket_messages (ticket_id);

-- table: ticket_tags
CREATE TABLE ticket_tags (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    tag_id INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (ticket_id, tag_id)
);

-- table: time_entries
CREATE TABLE time_entries (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    worked_on DATE NOT NULL,
    minutes INTEGER NOT NULL,
    billable BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CHECK (minutes BETWEEN 1 AND 600),
    CHECK (billable IN (0, 1))
);
CREATE INDEX ix_time_entries_ticket ON time_entries (ticket_id);
