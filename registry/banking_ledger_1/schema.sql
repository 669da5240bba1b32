-- table: branches
CREATE TABLE branches (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

-- table: staff
CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    branch_id INTEGER REFERENCES branches (id),
    posting_limit_cents INTEGER NOT NULL,
    approval_limit_cents INTEGER NOT NULL,
    is_active BOOLEAN NOT NULL,
    CHECK (role IN ('operations_officer', 'operations_manager', 'teller', 'compliance', 'system')),
    CHECK (posting_limit_cents >= 0),
    CHECK (approval_limit_cents >= 0),
    CHECK (is_active IN (0, 1))
);

-- table: policies
CREATE TABLE policies (
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

-- table: bank_holidays
CREATE TABLE bank_holidays (
    day DATE PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
);

-- table: gl_accounts
CREATE TABLE gl_accounts (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    is_control BOOLEAN NOT NULL,
    CHECK (category IN ('asset', 'liability', 'equity', 'income', 'expense')),
    CHECK (is_control IN (0, 1))
);

-- table: fee_types
CREATE TABLE fee_types (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    income_gl_account_id INTEGER NOT NULL REFERENCES gl_accounts (id),
    CHECK (amount_cents > 0)
);

-- table: payment_rails
CREATE TABLE payment_rails (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    cut_off TIME NOT NULL,
    settlement_days INTEGER NOT NULL,
    max_amount_cents INTEGER NOT NULL,
    fee_type_id INTEGER REFERENCES fee_types (id),
    CHECK (code IN ('internal', 'ach', 'wire')),
    CHECK (settlement_days >= 0),
    CHECK (max_amount_cents > 0)
);

-- table: products
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    segment TEXT NOT NULL,
    control_gl_account_id INTEGER NOT NULL REFERENCES gl_accounts (id),
    min_balance_cents INTEGER NOT NULL,
    CHECK (kind IN ('checking', 'savings', 'loan')),
    CHECK (segment IN ('personal', 'business')),
    CHECK (min_balance_cents >= 0)
);

-- table: interest_rates
CREATE TABLE interest_rates (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    annual_bps INTEGER NOT NULL,
    valid_from DATE NOT NULL,
    UNIQUE (product_id, valid_from),
    CHECK (annual_bps BETWEEN 0 AND 5000)
);

-- table: customers
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    customer_no TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    born_on DATE,
    phone TEXT,
    email TEXT,
    address TEXT NOT NULL,
    branch_id INTEGER NOT NULL REFERENCES branches (id),
    risk_rating TEXT NOT NULL,
    customer_since DATE NOT NULL,
    CHECK (kind IN ('person', 'business')),
    CHECK (risk_rating IN ('low', 'medium', 'high')),
    CHECK ((kind = 'person') = (born_on IS NOT NULL)),
    CHECK (phone IS NOT NULL OR email IS NOT NULL)
);
CREATE INDEX ix_customers_full_name ON customers (full_name);

-- table: accounts
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    product_id INTEGER NOT NULL REFERENCES products (id),
    status TEXT NOT NULL,
    opened_on DATE NOT NULL,
    closed_on DATE,
    overdraft_limit_cents INTEGER NOT NULL,
    daily_transfer_limit_cents INTEGER NOT NULL,
    updated_at DATETIME NOT NULL,
    CHECK (status IN ('active', 'frozen', 'dormant', 'closed')),
    CHECK ((status = 'closed') = (closed_on IS NOT NULL)),
    CHECK (overdraft_limit_cents >= 0),
    CHECK (daily_transfer_limit_cents >= 0)
);

-- table: account_holders
CREATE TABLE account_holders (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, customer_id),
    CHECK (role IN ('owner', 'joint', 'signatory'))
);
CREATE INDEX ix_account_holders_customer ON account_holders (customer_id);

-- table: holds
CREATE TABLE holds (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    reference TEXT NOT NULL,
    expires_on DATE,
    status TEXT NOT NULL,
    placed_by INTEGER NOT NULL REFERENCES staff (id),
    placed_at DATETIME NOT NULL,
    released_at DATETIME,
    CHECK (kind IN ('card_authorisation', 'deposit_check', 'internal_review', 'legal_order')),
    CHECK (amount_cents > 0),
    CHECK (status IN ('active', 'released')),
    CHECK ((status = 'released') = (released_at IS NOT NULL))
);
CREATE INDEX ix_holds_account ON holds (account_id, status);

-- table: journals
CREATE TABLE journals (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    value_date DATE NOT NULL,
    reversal_of INTEGER UNIQUE REFERENCES journals (id),
    created_by INTEGER NOT NULL REFERENCES staff (id),
    created_at DATETIME NOT NULL,
    approved_by INTEGER REFERENCES staff (id),
    posted_at DATETIME,
    CHECK (kind IN ('opening', 'cash', 'incoming', 'transfer', 'standing_order', 'card', 'loan_payment', 'fee', 'fee_waiver', 'provisional_credit', 'interest_accrual', 'interest_payment', 'manual', 'correction', 'reversal')),
    CHECK (status IN ('pending', 'posted', 'rejected')),
    CHECK ((status = 'posted') = (posted_at IS NOT NULL)),
    CHECK ((kind = 'reversal') = (reversal_of IS NOT NULL)),
    CHECK (approved_by IS NULL OR approved_by <> created_by)
);
CREATE INDEX ix_journals_reference ON journals (reference);

-- table: postings
CREATE TABLE postings (
    id INTEGER PRIMARY KEY,
    journal_id INTEGER NOT NULL REFERENCES journals (id),
    line_no INTEGER NOT NULL,
    gl_account_id INTEGER NOT NULL REFERENCES gl_accounts (id),
    account_id INTEGER REFERENCES accounts (id),
    side TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    UNIQUE (journal_id, line_no),
    CHECK (side IN ('debit', 'credit')),
    CHECK (amount_cents > 0)
);
CREATE INDEX ix_postings_account ON postings (account_id);
CREATE INDEX ix_postings_gl_account ON postings (gl_account_id);

-- table: beneficiaries
CREATE TABLE beneficiaries (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    name TEXT NOT NULL,
    bank_name TEXT NOT NULL,
    routing_no TEXT NOT NULL,
    account_no TEXT NOT NULL,
    status TEXT NOT NULL,
    registered_on DATE NOT NULL,
    registered_by INTEGER NOT NULL REFERENCES staff (id),
    UNIQUE (customer_id, routing_no, account_no),
    CHECK (status IN ('active', 'blocked'))
);

-- table: watchlist_entries
CREATE TABLE watchlist_entries (
    id INTEGER PRIMARY KEY,
    list_code TEXT NOT NULL,
    name TEXT NOT NULL,
    alias TEXT,
    country TEXT NOT NULL,
    listed_on DATE NOT NULL
);

-- table: screenings
CREATE TABLE screenings (
    id INTEGER PRIMARY KEY,
    beneficiary_id INTEGER NOT NULL REFERENCES beneficiaries (id),
    watchlist_entry_id INTEGER NOT NULL REFERENCES watchlist_entries (id),
    status TEXT NOT NULL,
    screened_at DATETIME NOT NULL,
    decided_by INTEGER REFERENCES staff (id),
    comment TEXT NOT NULL,
    UNIQUE (beneficiary_id, watchlist_entry_id),
    CHECK (status IN ('open', 'cleared', 'confirmed')),
    CHECK ((status = 'open') = (decided_by IS NULL))
);

-- table: transfers
CREATE TABLE transfers (
    id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    rail_id INTEGER NOT NULL REFERENCES payment_rails (id),
    to_account_id INTEGER REFERENCES accounts (id),
    beneficiary_id INTEGER REFERENCES beneficiaries (id),
    amount_cents INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    status TEXT NOT NULL,
    value_date DATE NOT NULL,
    requested_by INTEGER NOT NULL REFERENCES staff (id),
    requested_at DATETIME NOT NULL,
    journal_id INTEGER UNIQUE REFERENCES journals (id),
    CHECK (amount_cents > 0),
    CHECK (status IN ('pending_approval', 'booked', 'rejected', 'cancelled')),
    CHECK ((to_account_id IS NULL) <> (beneficiary_id IS NULL)),
    CHECK (status <> 'booked' OR journal_id IS NOT NULL)
);
CREATE INDEX ix_transfers_account ON transfers (account_id, requested_at);

-- table: approvals
CREATE TABLE approvals (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    transfer_id INTEGER UNIQUE REFERENCES transfers (id),
    journal_id INTEGER UNIQUE REFERENCES journals (id),
    status TEXT NOT NULL,
    requested_by INTEGER NOT NULL REFERENCES staff (id),
    requested_at DATETIME NOT NULL,
    decided_by INTEGER REFERENCES staff (id),
    decided_at DATETIME,
    reason TEXT,
    comment TEXT NOT NULL,
    CHECK (kind IN ('transfer', 'journal')),
    CHECK ((kind = 'transfer') = (transfer_id IS NOT NULL)),
    CHECK ((kind = 'journal') = (journal_id IS NOT NULL)),
    CHECK (status IN ('pending', 'approved', 'rejected', 'withdrawn')),
    CHECK ((status = 'rejected') = (reason IS NOT NULL)),
    CHECK (reason IN ('new_beneficiary', 'missing_call_back', 'missing_documents', 'suspected_splitting', 'duplicate', 'other')),
    CHECK ((status = 'pending') = (decided_at IS NULL)),
    CHECK ((status IN ('approved', 'rejected')) = (decided_by IS NOT NULL)),
    CHECK (decided_by <> requested_by)
);

-- table: standing_orders
CREATE TABLE standing_orders (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    to_account_id INTEGER REFERENCES accounts (id),
    beneficiary_id INTEGER REFERENCES beneficiaries (id),
    amount_cents INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    frequency TEXT NOT NULL,
    next_run_on DATE NOT NULL,
    status TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CHECK (amount_cents > 0),
    CHECK (frequency IN ('weekly', 'monthly', 'quarterly')),
    CHECK (status IN ('active', 'paused', 'cancelled')),
    CHECK ((to_account_id IS NULL) <> (beneficiary_id IS NULL))
);
CREATE INDEX ix_standing_orders_account ON standing_orders (account_id);

-- table: cards
CREATE TABLE cards (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    last4 TEXT NOT NULL,
    status TEXT NOT NULL,
    daily_limit_cents INTEGER NOT NULL,
    expires_on DATE NOT NULL,
    updated_at DATETIME NOT NULL,
    CHECK (length(last4) = 4),
    CHECK (status IN ('active', 'blocked', 'lost', 'stolen', 'expired')),
    CHECK (daily_limit_cents >= 0)
);

-- table: card_transactions
CREATE TABLE card_transactions (
    id INTEGER PRIMARY KEY,
    card_id INTEGER NOT NULL REFERENCES cards (id),
    merchant TEXT NOT NULL,
    entry_mode TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    happened_at DATETIME NOT NULL,
    status TEXT NOT NULL,
    journal_id INTEGER UNIQUE REFERENCES journals (id),
    hold_id INTEGER UNIQUE REFERENCES holds (id),
    CHECK (entry_mode IN ('chip_pin', 'contactless', 'online', 'recurring')),
    CHECK (amount_cents > 0),
    CHECK (status IN ('authorised', 'settled', 'declined')),
    CHECK ((status = 'settled') = (journal_id IS NOT NULL)),
    CHECK ((status = 'authorised') = (hold_id IS NOT NULL))
);
CREATE INDEX ix_card_transactions_card ON card_transactions (card_id, happened_at);

-- table: disputes
CREATE TABLE disputes (
    id INTEGER PRIMARY KEY,
    card_transaction_id INTEGER NOT NULL UNIQUE REFERENCES card_transactions (id),
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    opened_by INTEGER NOT NULL REFERENCES staff (id),
    opened_at DATETIME NOT NULL,
    journal_id INTEGER UNIQUE REFERENCES journals (id),
    CHECK (reason IN ('unauthorised', 'not_received', 'duplicate', 'wrong_amount')),
    CHECK (status IN ('open', 'won', 'lost'))
);

-- table: fees
CREATE TABLE fees (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    fee_type_id INTEGER NOT NULL REFERENCES fee_types (id),
    amount_cents INTEGER NOT NULL,
    charged_on DATE NOT NULL,
    status TEXT NOT NULL,
    transfer_id INTEGER REFERENCES transfers (id),
    journal_id INTEGER NOT NULL UNIQUE REFERENCES journals (id),
    CHECK (amount_cents > 0),
    CHECK (status IN ('charged', 'waived'))
);
CREATE INDEX ix_fees_account ON fees (account_id, charged_on);

-- table: fee_waivers
CREATE TABLE fee_waivers (
    id INTEGER PRIMARY KEY,
    fee_id INTEGER NOT NULL UNIQUE REFERENCES fees (id),
    ground TEXT NOT NULL,
    comment TEXT NOT NULL,
    granted_by INTEGER NOT NULL REFERENCES staff (id),
    granted_at DATETIME NOT NULL,
    journal_id INTEGER NOT NULL UNIQUE REFERENCES journals (id),
    CHECK (ground IN ('bank_error', 'cured_overdraft', 'hardship', 'goodwill'))
);

-- table: accrual_periods
CREATE TABLE accrual_periods (
    id INTEGER PRIMARY KEY,
    first_day DATE NOT NULL UNIQUE,
    last_day DATE NOT NULL UNIQUE,
    status TEXT NOT NULL,
    CHECK (first_day < last_day),
    CHECK (status IN ('open', 'closed'))
);

-- table: interest_accruals
CREATE TABLE interest_accruals (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    period_id INTEGER NOT NULL REFERENCES accrual_periods (id),
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    amount_cents INTEGER NOT NULL,
    journal_id INTEGER NOT NULL REFERENCES journals (id),
    payment_journal_id INTEGER REFERENCES journals (id),
    UNIQUE (account_id, from_day),
    CHECK (from_day <= to_day),
    CHECK (amount_cents > 0)
);

-- table: statements
CREATE TABLE statements (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    opening_cents INTEGER NOT NULL,
    closing_cents INTEGER NOT NULL,
    posting_count INTEGER NOT NULL,
    issued_by INTEGER NOT NULL REFERENCES staff (id),
    issued_at DATETIME NOT NULL,
    UNIQUE (account_id, from_day),
    CHECK (from_day <= to_day),
    CHECK (posting_count >= 0)
);

-- table: service_requests
CREATE TABLE service_requests (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    channel TEXT NOT NULL,
    topic TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at DATETIME NOT NULL,
    status TEXT NOT NULL,
    handled_by INTEGER REFERENCES staff (id),
    handled_at DATETIME,
    comment TEXT NOT NULL,
    CHECK (channel IN ('secure_message', 'letter', 'phone', 'branch')),
    CHECK (topic IN ('payment', 'fee', 'standing_order', 'card', 'account', 'other')),
    CHECK (status IN ('open', 'done', 'declined')),
    CHECK ((status = 'open') = (handled_by IS NULL)),
    CHECK ((status = 'open') = (handled_at IS NULL))
);

-- table: notes
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    author_id INTEGER NOT NULL REFERENCES staff (id),
    body TEXT NOT NULL,
    created_at DATETIME NOT NULL
);
CREATE INDEX ix_notes_customer ON notes (customer_id);

-- table: audit_log
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    at DATETIME NOT NULL,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX ix_audit_log_entity ON audit_log (entity, entity_id);
