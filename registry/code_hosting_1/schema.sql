-- table: repositories
CREATE TABLE repositories (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    language TEXT NOT NULL,
    visibility TEXT NOT NULL,
    tier INTEGER NOT NULL,
    default_branch TEXT NOT NULL,
    allow_squash BOOLEAN NOT NULL,
    allow_merge_commit BOOLEAN NOT NULL,
    delete_branch_on_merge BOOLEAN NOT NULL,
    is_archived BOOLEAN NOT NULL,
    CHECK (visibility IN ('public', 'internal', 'private')),
    CHECK (tier BETWEEN 1 AND 3),
    CHECK (allow_squash OR allow_merge_commit),
    CHECK (allow_squash IN (0, 1)),
    CHECK (allow_merge_commit IN (0, 1)),
    CHECK (delete_branch_on_merge IN (0, 1)),
    CHECK (is_archived IN (0, 1))
);

-- table: users
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    org_role TEXT NOT NULL,
    state TEXT NOT NULL,
    CHECK (kind IN ('person', 'bot')),
    CHECK (org_role IN ('owner', 'member', 'outside')),
    CHECK (state IN ('active', 'suspended'))
);

-- table: audit_log
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    at DATETIME NOT NULL,
    user_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    detail TEXT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id)
);

-- table: commits
CREATE TABLE commits (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    sha TEXT NOT NULL,
    parent_id INTEGER,
    second_parent_id INTEGER,
    author_id INTEGER NOT NULL,
    message TEXT NOT NULL,
    committed_at DATETIME NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (parent_id) REFERENCES commits (id),
    FOREIGN KEY (second_parent_id) REFERENCES commits (id),
    FOREIGN KEY (author_id) REFERENCES users (id),
    UNIQUE (repository_id, sha),
    CHECK (length(sha) = 40),
    CHECK (second_parent_id IS NULL OR parent_id IS NOT NULL)
);

-- table: documents
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    updated_at DATETIME NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    UNIQUE (repository_id, path)
);

-- table: environments
CREATE TABLE environments (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    required_approvals INTEGER NOT NULL,
    prevent_self_review BOOLEAN NOT NULL,
    wait_minutes INTEGER NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    UNIQUE (repository_id, name),
    CHECK (required_approvals BETWEEN 0 AND 6),
    CHECK (wait_minutes >= 0),
    CHECK (prevent_self_review IN (0, 1))
);

-- table: labels
CREATE TABLE labels (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    UNIQUE (repository_id, name)
);

-- table: milestones
CREATE TABLE milestones (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    due_on DATE,
    state TEXT NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    UNIQUE (repository_id, title),
    CHECK (state IN ('open', 'closed'))
);

-- table: protection_rules
CREATE TABLE protection_rules (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    pattern TEXT NOT NULL,
    required_approvals INTEGER NOT NULL,
    require_code_owner_review BOOLEAN NOT NULL,
    dismiss_stale_approvals BOOLEAN NOT NULL,
    require_up_to_date BOOLEAN NOT NULL,
    require_resolved_threads BOOLEAN NOT NULL,
    require_linear_history BOOLEAN NOT NULL,
    enforce_admins BOOLEAN NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    UNIQUE (repository_id, pattern),
    CHECK (required_approvals BETWEEN 0 AND 6),
    CHECK (require_code_owner_review IN (0, 1)),
    CHECK (dismiss_stale_approvals IN (0, 1)),
    CHECK (require_up_to_date IN (0, 1)),
    CHECK (require_resolved_threads IN (0, 1)),
    CHECK (require_linear_history IN (0, 1)),
    CHECK (enforce_admins IN (0, 1))
);

-- table: teams
CREATE TABLE teams (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    lead_id INTEGER NOT NULL,
    FOREIGN KEY (lead_id) REFERENCES users (id)
);

-- table: user_access
CREATE TABLE user_access (
    repository_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    permission TEXT NOT NULL,
    PRIMARY KEY (repository_id, user_id),
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (user_id) REFERENCES users (id),
    CHECK (permission IN ('read', 'triage', 'write', 'admin'))
);

-- table: webhooks
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    created_by_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (created_by_id) REFERENCES users (id),
    UNIQUE (repository_id, url),
    CHECK (is_active IN (0, 1))
);

-- table: branches
CREATE TABLE branches (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    head_commit_id INTEGER NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (head_commit_id) REFERENCES commits (id),
    UNIQUE (repository_id, name)
);

-- table: check_runs
CREATE TABLE check_runs (
    id INTEGER PRIMARY KEY,
    commit_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    conclusion TEXT,
    queued_at DATETIME NOT NULL,
    completed_at DATETIME,
    FOREIGN KEY (commit_id) REFERENCES commits (id),
    CHECK (status IN ('queued', 'in_progress', 'completed')),
    CHECK (conclusion IN ('success', 'failure', 'neutral', 'skipped', 'cancelled', 'timed_out')),
    CHECK ((status = 'completed') = (conclusion IS NOT NULL)),
    CHECK ((status = 'completed') = (completed_at IS NOT NULL))
);
CREATE INDEX ix_check_runs_commit ON check_runs (commit_id);

-- table: code_owner_rules
CREATE TABLE code_owner_rules (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    pattern TEXT NOT NULL,
    user_id INTEGER,
    team_id INTEGER,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (user_id) REFERENCES users (id),
    FOREIGN KEY (team_id) REFERENCES teams (id),
    UNIQUE (repository_id, position),
    CHECK ((user_id IS NULL) <> (team_id IS NULL))
);

-- table: commit_files
CREATE TABLE commit_files (
    commit_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    additions INTEGER NOT NULL,
    deletions INTEGER NOT NULL,
    PRIMARY KEY (commit_id, path),
    FOREIGN KEY (commit_id) REFERENCES commits (id),
    CHECK (additions >= 0),
    CHECK (deletions >= 0)
);

-- table: deployments
CREATE TABLE deployments (
    id INTEGER PRIMARY KEY,
    environment_id INTEGER NOT NULL,
    ref TEXT NOT NULL,
    commit_id INTEGER NOT NULL,
    creator_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    finished_at DATETIME,
    FOREIGN KEY (environment_id) REFERENCES environments (id),
    FOREIGN KEY (commit_id) REFERENCES commits (id),
    FOREIGN KEY (creator_id) REFERENCES users (id),
    CHECK (status IN ('waiting', 'queued', 'in_progress', 'success', 'failure', 'rejected')),
    CHECK ((status IN ('success', 'failure', 'rejected')) = (finished_at IS NOT NULL))
);

-- table: environment_reviewers
CREATE TABLE environment_reviewers (
    environment_id INTEGER NOT NULL,
    team_id INTEGER NOT NULL,
    PRIMARY KEY (environment_id, team_id),
    FOREIGN KEY (environment_id) REFERENCES environments (id),
    FOREIGN KEY (team_id) REFERENCES teams (id)
);

-- table: issues
CREATE TABLE issues (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    close_reason TEXT,
    duplicate_of_id INTEGER,
    milestone_id INTEGER,
    created_at DATETIME NOT NULL,
    closed_at DATETIME,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (author_id) REFERENCES users (id),
    FOREIGN KEY (duplicate_of_id) REFERENCES issues (id),
    FOREIGN KEY (milestone_id) REFERENCES milestones (id),
    UNIQUE (repository_id, number),
    CHECK (state IN ('open', 'closed')),
    CHECK (close_reason IN ('completed', 'not_planned', 'duplicate')),
    CHECK ((state = 'closed') = (close_reason IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK (duplicate_of_id IS NULL OR close_reason = 'duplicate'),
    CHECK (duplicate_of_id <> id)
);

-- table: pull_requests
CREATE TABLE pull_requests (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    is_draft BOOLEAN NOT NULL,
    base_branch TEXT NOT NULL,
    head_branch TEXT NOT NULL,
    head_commit_id INTEGER NOT NULL,
    milestone_id INTEGER,
    merge_commit_id INTEGER UNIQUE,
    merge_method TEXT,
    merged_by_id INTEGER,
    created_at DATETIME NOT NULL,
    merged_at DATETIME,
    closed_at DATETIME,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (author_id) REFERENCES users (id),
    FOREIGN KEY (head_commit_id) REFERENCES commits (id),
    FOREIGN KEY (milestone_id) REFERENCES milestones (id),
    FOREIGN KEY (merge_commit_id) REFERENCES commits (id),
    FOREIGN KEY (merged_by_id) REFERENCES users (id),
    UNIQUE (repository_id, number),
    CHECK (state IN ('open', 'merged', 'closed')),
    CHECK (merge_method IN ('squash', 'merge')),
    CHECK (base_branch <> head_branch),
    CHECK ((state = 'merged') = (merge_commit_id IS NOT NULL)),
    CHECK ((state = 'merged') = (merge_method IS NOT NULL)),
    CHECK ((state = 'merged') = (merged_at IS NOT NULL)),
    CHECK ((state = 'open') = (closed_at IS NULL)),
    CHECK (is_draft IN (0, 1))
);

-- table: required_checks
CREATE TABLE required_checks (
    rule_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (rule_id, name),
    FOREIGN KEY (rule_id) REFERENCES protection_rules (id)
);

-- table: tags
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    commit_id INTEGER NOT NULL,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (commit_id) REFERENCES commits (id),
    UNIQUE (repository_id, name)
);

-- table: team_access
CREATE TABLE team_access (
    repository_id INTEGER NOT NULL,
    team_id INTEGER NOT NULL,
    permission TEXT NOT NULL,
    PRIMARY KEY (repository_id, team_id),
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (team_id) REFERENCES teams (id),
    CHECK (permission IN ('read', 'triage', 'write', 'admin'))
);

-- table: team_members
CREATE TABLE team_members (
    team_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (team_id, user_id),
    FOREIGN KEY (team_id) REFERENCES teams (id),
    FOREIGN KEY (user_id) REFERENCES users (id)
);

-- table: webhook_deliveries
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY,
    webhook_id INTEGER NOT NULL,
    event TEXT NOT NULL,
    status_code INTEGER NOT NULL,
    delivered_at DATETIME NOT NULL,
    FOREIGN KEY (webhook_id) REFERENCES webhooks (id),
    CHECK (event IN ('push', 'pull_request', 'issues', 'release', 'deployment', 'check_run'))
);

-- table: webhook_events
CREATE TABLE webhook_events (
    webhook_id INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (webhook_id, event),
    FOREIGN KEY (webhook_id) REFERENCES webhooks (id),
    CHECK (event IN ('push', 'pull_request', 'issues', 'release', 'deployment', 'check_run'))
);

-- table: advisories
CREATE TABLE advisories (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    identifier TEXT NOT NULL UNIQUE,
    summary TEXT NOT NULL,
    description TEXT NOT NULL,
    cvss DOUBLE NOT NULL,
    severity TEXT,
    affected_versions TEXT NOT NULL,
    patched_version TEXT,
    fix_pull_request_id INTEGER,
    embargo_until DATE,
    state TEXT NOT NULL,
    reporter_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    published_at DATETIME,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (fix_pull_request_id) REFERENCES pull_requests (id),
    FOREIGN KEY (reporter_id) REFERENCES users (id),
    CHECK (cvss BETWEEN 0 AND 10),
    CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    CHECK (state IN ('triage', 'draft', 'published', 'closed')),
    CHECK ((state = 'published') = (published_at IS NOT NULL)),
    CHECK (state <> 'published' OR (severity IS NOT NULL AND patched_version IS NOT NULL))
);

-- table: closing_links
CREATE TABLE closing_links (
    pull_request_id INTEGER NOT NULL,
    issue_id INTEGER NOT NULL,
    PRIMARY KEY (pull_request_id, issue_id),
    FOREIGN KEY (pull_request_id) REFERENCES pull_requests (id),
    FOREIGN KEY (issue_id) REFERENCES issues (id)
);

-- table: comments
CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    issue_id INTEGER,
    pull_request_id INTEGER,
    author_id INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    FOREIGN KEY (issue_id) REFERENCES issues (id),
    FOREIGN KEY (pull_request_id) REFERENCES pull_requests (id),
    FOREIGN KEY (author_id) REFERENCES users (id),
    CHECK ((issue_id IS NULL) <> (pull_request_id IS NULL))
);

-- table: deployment_reviews
CREATE TABLE deployment_reviews (
    id INTEGER PRIMARY KEY,
    deployment_id INTEGER NOT NULL,
    reviewer_id INTEGER NOT NULL,
    decision TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    FOREIGN KEY (deployment_id) REFERENCES deployments (id),
    FOREIGN KEY (reviewer_id) REFERENCES users (id),
    UNIQUE (deployment_id, reviewer_id),
    CHECK (decision IN ('approve', 'reject'))
);

-- table: issue_assignees
CREATE TABLE issue_assignees (
    issue_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (issue_id, user_id),
    FOREIGN KEY (issue_id) REFERENCES issues (id),
    FOREIGN KEY (user_id) REFERENCES users (id)
);

-- table: issue_dependencies
CREATE TABLE issue_dependencies (
    issue_id INTEGER NOT NULL,
    blocked_by_id INTEGER NOT NULL,
    PRIMARY KEY (issue_id, blocked_by_id),
    FOREIGN KEY (issue_id) REFERENCES issues (id),
    FOREIGN KEY (blocked_by_id) REFERENCES issues (id),
    CHECK (issue_id <> blocked_by_id)
);

-- table: issue_labels
CREATE TABLE issue_labels (
    issue_id INTEGER NOT NULL,
    label_id INTEGER NOT NULL,
    PRIMARY KEY (issue_id, label_id),
    FOREIGN KEY (issue_id) REFERENCES issues (id),
    FOREIGN KEY (label_id) REFERENCES labels (id)
);

-- table: pull_request_labels
CREATE TABLE pull_request_labels (
    pull_request_id INTEGER NOT NULL,
    label_id INTEGER NOT NULL,
    PRIMARY KEY (pull_request_id, label_id),
    FOREIGN KEY (pull_request_id) REFERENCES pull_requests (id),
    FOREIGN KEY (label_id) REFERENCES labels (id)
);

-- table: releases
CREATE TABLE releases (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL,
    version TEXT NOT NULL,
    target_branch TEXT NOT NULL,
    state TEXT NOT NULL,
    is_prerelease BOOLEAN NOT NULL,
    tag_id INTEGER UNIQUE,
    author_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    published_at DATETIME,
    FOREIGN KEY (repository_id) REFERENCES repositories (id),
    FOREIGN KEY (tag_id) REFERENCES tags (id),
    FOREIGN KEY (author_id) REFERENCES users (id),
    UNIQUE (repository_id, version),
    CHECK (state IN ('draft', 'published')),
    CHECK ((state = 'published') = (tag_id IS NOT NULL)),
    CHECK ((state = 'published') = (published_at IS NOT NULL)),
    CHECK (is_prerelease IN (0, 1))
);

-- table: review_requests
CREATE TABLE review_requests (
    id INTEGER PRIMARY KEY,
    pull_request_id INTEGER NOT NULL,
    user_id INTEGER,
    team_id INTEGER,
    FOREIGN KEY (pull_request_id) REFERENCES pull_requests (id),
    FOREIGN KEY (user_id) REFERENCES users (id),
    FOREIGN KEY (team_id) REFERENCES teams (id),
    UNIQUE (pull_request_id, user_id),
    UNIQUE (pull_request_id, team_id),
    CHECK ((user_id IS NULL) <> (team_id IS NULL))
);

-- table: review_threads
CREATE TABLE review_threads (
    id INTEGER PRIMARY KEY,
    pull_request_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    body TEXT NOT NULL,
    is_resolved BOOLEAN NOT NULL,
    FOREIGN KEY (pull_request_id) REFERENCES pull_requests (id),
    FOREIGN KEY (author_id) REFERENCES users (id),
    CHECK (is_resolved IN (0, 1))
);

-- table: reviews
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    pull_request_id INTEGER NOT NULL,
    reviewer_id INTEGER NOT NULL,
    commit_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    submitted_at DATETIME NOT NULL,
    FOREIGN KEY (pull_request_id) REFERENCES pull_requests (id),
    FOREIGN KEY (reviewer_id) REFERENCES users (id),
    FOREIGN KEY (commit_id) REFERENCES commits (id),
    CHECK (state IN ('approved', 'changes_requested', 'commented', 'dismissed'))
);
CREATE INDEX ix_reviews_pull_request ON reviews (pull_request_id);

-- table: release_notes
CREATE TABLE release_notes (
    release_id INTEGER NOT NULL,
    pull_request_id INTEGER NOT NULL,
    section TEXT NOT NULL,
    PRIMARY KEY (release_id, pull_request_id),
    FOREIGN KEY (release_id) REFERENCES releases (id),
    FOREIGN KEY (pull_request_id) REFERENCES pull_requests (id),
    CHECK (section IN ('breaking', 'features', 'fixes', 'dependencies', 'other'))
);
