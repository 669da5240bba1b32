"""Code hosting as a maintainer sees it: one FastAPI app over one SQLite database.

Commits form a graph of their own: what a pull request brings, whether it is behind its base and what a
release holds are computed from it, never stored. Permissions come from grants to teams and to people, and
protection rules decide what may be merged. Those rules the application enforces. What it does not enforce
(how to triage, release, deploy, publish, offboard) stands in the documents. Every change writes one row of
the audit log.
"""

import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Generic, Literal, NoReturn, Self, TypeVar, get_args

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

DATABASE_URL = os.getenv("DATABASE_PATH", "sqlite:///code_hosting_1.db")
CURRENT_USER_ID = 1
MAX_ID = 2**31 - 1
DELIVERIES_SHOWN = 5

engine = create_engine(DATABASE_URL)
SessionLocal = sessionmaker(bind=engine, autoflush=True, expire_on_commit=False)


@event.listens_for(engine, "connect")
def switch_on_foreign_keys(connection: Any, _record: Any) -> None:
    """SQLite leaves foreign keys unchecked unless told otherwise, connection by connection."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


# ----------------------------------------------------------------------------------------------------
# Vocabulary
# ----------------------------------------------------------------------------------------------------

AccountKind = Literal["person", "bot"]
AccountState = Literal["active", "suspended"]
OrgRole = Literal["owner", "member", "outside"]
Permission = Literal["read", "triage", "write", "admin"]
Grant = Literal["read", "triage", "write", "admin", "none"]
Visibility = Literal["public", "internal", "private"]
MilestoneState = Literal["open", "closed"]
PullState = Literal["open", "merged", "closed"]
MergeMethod = Literal["squash", "merge"]
ReviewState = Literal["approved", "changes_requested", "commented", "dismissed"]
Verdict = Literal["approve", "request_changes", "comment"]
CheckStatus = Literal["queued", "in_progress", "completed"]
Conclusion = Literal["success", "failure", "neutral", "skipped", "cancelled", "timed_out"]
IssueState = Literal["open", "closed"]
CloseReason = Literal["completed", "not_planned", "duplicate"]
ReleaseState = Literal["draft", "published"]
Section = Literal["breaking", "features", "fixes", "dependencies", "other"]
DeploymentStatus = Literal["waiting", "queued", "in_progress", "success", "failure", "rejected"]
Decision = Literal["approve", "reject"]
HookEvent = Literal["push", "pull_request", "issues", "release", "deployment", "check_run"]
Severity = Literal["low", "medium", "high", "critical"]
AdvisoryState = Literal["triage", "draft", "published", "closed"]
BlockerKind = Literal[
    "draft",
    "approvals",
    "changes_requested",
    "code_owners",
    "checks",
    "behind",
    "threads",
]

RANK: dict[str, int] = {"read": 1, "triage": 2, "write": 3, "admin": 4}
PASSING = ("success", "neutral", "skipped")


def one_of(column: str, values: Any) -> CheckConstraint:
    """Return a CHECK that a column holds one of a Literal's values."""
    allowed = ", ".join(f"'{value}'" for value in get_args(values))
    return CheckConstraint(f"{column} IN ({allowed})")


# ----------------------------------------------------------------------------------------------------
# Tables
# ----------------------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    """The declarative base: text as TEXT, booleans checked, times without microseconds."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        bool: Boolean(create_constraint=True),
        datetime: DATETIME(truncate_microseconds=True),
    }


class User(Base):
    """An account; id 1 is signed in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    org_role: Mapped[str]
    state: Mapped[str]

    __table_args__ = (
        one_of("kind", AccountKind),
        one_of("org_role", OrgRole),
        one_of("state", AccountState),
    )


class TeamMember(Base):
    """Who belongs to which team."""

    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)


class Team(Base):
    """A team of the organisation; its lead is one of its members."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str]
    lead_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    lead: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    members: Mapped[list[User]] = relationship(secondary="team_members", order_by="User.login")


class Repository(Base):
    """A repository of the organisation."""

    __tablename__ = "repositories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    language: Mapped[str]
    visibility: Mapped[str]
    tier: Mapped[int]
    default_branch: Mapped[str]
    allow_squash: Mapped[bool]
    allow_merge_commit: Mapped[bool]
    delete_branch_on_merge: Mapped[bool]
    is_archived: Mapped[bool]

    __table_args__ = (
        one_of("visibility", Visibility),
        CheckConstraint("tier BETWEEN 1 AND 3"),
        CheckConstraint("allow_squash OR allow_merge_commit"),
    )


class TeamAccess(Base):
    """A team's permission on a repository."""

    __tablename__ = "team_access"

    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    permission: Mapped[str]

    team: Mapped[Team] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (one_of("permission", Permission),)


class UserAccess(Base):
    """A person's own permission on a repository, besides what teams give them."""

    __tablename__ = "user_access"

    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    permission: Mapped[str]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (one_of("permission", Permission),)


class Document(Base):
    """A written rule or guide, of the whole organisation or of one repository."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int | None] = mapped_column(ForeignKey("repositories.id"))
    path: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    updated_at: Mapped[datetime]

    repository: Mapped[Repository | None] = relationship(lazy="joined")

    __table_args__ = (UniqueConstraint("repository_id", "path"),)


class Label(Base):
    """A label for issues and pull requests of a repository."""

    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    name: Mapped[str]
    description: Mapped[str]

    __table_args__ = (UniqueConstraint("repository_id", "name"),)


class Milestone(Base):
    """A milestone of a repository."""

    __tablename__ = "milestones"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    title: Mapped[str]
    due_on: Mapped[date | None]
    state: Mapped[str]

    __table_args__ = (UniqueConstraint("repository_id", "title"), one_of("state", MilestoneState))


class CommitFile(Base):
    """A file that a commit changed."""

    __tablename__ = "commit_files"

    commit_id: Mapped[int] = mapped_column(ForeignKey("commits.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    additions: Mapped[int]
    deletions: Mapped[int]

    __table_args__ = (CheckConstraint("additions >= 0"), CheckConstraint("deletions >= 0"))


class Commit(Base):
    """A commit; a merge commit has a second parent, a root has none."""

    __tablename__ = "commits"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    sha: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("commits.id"))
    second_parent_id: Mapped[int | None] = mapped_column(ForeignKey("commits.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    message: Mapped[str]
    committed_at: Mapped[datetime]

    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    files: Mapped[list[CommitFile]] = relationship(order_by="CommitFile.path")

    __table_args__ = (
        UniqueConstraint("repository_id", "sha"),
        CheckConstraint("length(sha) = 40"),
        CheckConstraint("second_parent_id IS NULL OR parent_id IS NOT NULL"),
    )


class Branch(Base):
    """A branch: a name for the commit at its head."""

    __tablename__ = "branches"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    name: Mapped[str]
    head_commit_id: Mapped[int] = mapped_column(ForeignKey("commits.id"))

    __table_args__ = (UniqueConstraint("repository_id", "name"),)


class RequiredCheck(Base):
    """A check that must have passed before anything is merged into a protected branch."""

    __tablename__ = "required_checks"

    rule_id: Mapped[int] = mapped_column(ForeignKey("protection_rules.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class ProtectionRule(Base):
    """What is demanded of merges into the branches that a pattern names."""

    __tablename__ = "protection_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    pattern: Mapped[str]
    required_approvals: Mapped[int]
    require_code_owner_review: Mapped[bool]
    dismiss_stale_approvals: Mapped[bool]
    require_up_to_date: Mapped[bool]
    require_resolved_threads: Mapped[bool]
    require_linear_history: Mapped[bool]
    enforce_admins: Mapped[bool]

    checks: Mapped[list[RequiredCheck]] = relationship(
        order_by="RequiredCheck.name", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("repository_id", "pattern"),
        CheckConstraint("required_approvals BETWEEN 0 AND 6"),
    )


class CodeOwnerRule(Base):
    """Who owns the files that a pattern matches: one person or one team. The last match decides."""

    __tablename__ = "code_owner_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    position: Mapped[int]
    pattern: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))

    user: Mapped[User | None] = relationship(lazy="joined")
    team: Mapped[Team | None] = relationship(lazy="joined")

    __table_args__ = (
        UniqueConstraint("repository_id", "position"),
        CheckConstraint("(user_id IS NULL) <> (team_id IS NULL)"),
    )


class IssueLabel(Base):
    """Which issue bears which label."""

    __tablename__ = "issue_labels"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("labels.id"), primary_key=True)


class IssueAssignee(Base):
    """Who is assigned to which issue."""

    __tablename__ = "issue_assignees"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)


class IssueDependency(Base):
    """Which issue waits for which other."""

    __tablename__ = "issue_dependencies"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    blocked_by_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)

    __table_args__ = (CheckConstraint("issue_id <> blocked_by_id"),)


class Issue(Base):
    """An issue; issues and pull requests of a repository share one sequence of numbers."""

    __tablename__ = "issues"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    number: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str]
    close_reason: Mapped[str | None]
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestones.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    repository: Mapped[Repository] = relationship(lazy="joined", innerjoin=True)
    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    milestone: Mapped[Milestone | None] = relationship(lazy="joined")
    duplicate_of: Mapped["Issue | None"] = relationship(remote_side="Issue.id")
    labels: Mapped[list[Label]] = relationship(secondary="issue_labels", order_by="Label.name")
    assignees: Mapped[list[User]] = relationship(secondary="issue_assignees", order_by="User.login")
    blocked_by: Mapped[list["Issue"]] = relationship(
        secondary="issue_dependencies",
        primaryjoin="Issue.id == IssueDependency.issue_id",
        secondaryjoin="Issue.id == IssueDependency.blocked_by_id",
        order_by="Issue.number",
        viewonly=True,
    )

    __table_args__ = (
        UniqueConstraint("repository_id", "number"),
        one_of("state", IssueState),
        one_of("close_reason", CloseReason),
        CheckConstraint("(state = 'closed') = (close_reason IS NOT NULL)"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)"),
        CheckConstraint("duplicate_of_id IS NULL OR close_reason = 'duplicate'"),
        CheckConstraint("duplicate_of_id <> id"),
    )


class PullLabel(Base):
    """Which pull request bears which label."""

    __tablename__ = "pull_request_labels"

    pull_request_id: Mapped[int] = mapped_column(ForeignKey("pull_requests.id"), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("labels.id"), primary_key=True)


class ClosingLink(Base):
    """Which issue a pull request closes when it is merged into the default branch."""

    __tablename__ = "closing_links"

    pull_request_id: Mapped[int] = mapped_column(ForeignKey("pull_requests.id"), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)


class ReviewRequest(Base):
    """Whose review of a pull request is asked for: a person's or a team's."""

    __tablename__ = "review_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    pull_request_id: Mapped[int] = mapped_column(ForeignKey("pull_requests.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))

    user: Mapped[User | None] = relationship(lazy="joined")
    team: Mapped[Team | None] = relationship(lazy="joined")

    __table_args__ = (
        UniqueConstraint("pull_request_id", "user_id"),
        UniqueConstraint("pull_request_id", "team_id"),
        CheckConstraint("(user_id IS NULL) <> (team_id IS NULL)"),
    )


class Review(Base):
    """A review of a pull request, given for the commit that was its head then."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    pull_request_id: Mapped[int] = mapped_column(ForeignKey("pull_requests.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    commit_id: Mapped[int] = mapped_column(ForeignKey("commits.id"))
    state: Mapped[str]
    body: Mapped[str]
    submitted_at: Mapped[datetime]

    reviewer: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    commit: Mapped[Commit] = relationship()

    __table_args__ = (one_of("state", ReviewState), Index("ix_reviews_pull_request", "pull_request_id"))


class ReviewThread(Base):
    """A conversation about a file of a pull request."""

    __tablename__ = "review_threads"

    id: Mapped[int] = mapped_column(primary_key=True)
    pull_request_id: Mapped[int] = mapped_column(ForeignKey("pull_requests.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    path: Mapped[str]
    body: Mapped[str]
    is_resolved: Mapped[bool]

    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class PullRequest(Base):
    """A pull request: the commits of a head branch, asked to go into a base branch."""

    __tablename__ = "pull_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    number: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str]
    is_draft: Mapped[bool]
    base_branch: Mapped[str]
    head_branch: Mapped[str]
    head_commit_id: Mapped[int] = mapped_column(ForeignKey("commits.id"))
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestones.id"))
    merge_commit_id: Mapped[int | None] = mapped_column(ForeignKey("commits.id"), unique=True)
    merge_method: Mapped[str | None]
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    merged_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    repository: Mapped[Repository] = relationship(lazy="joined", innerjoin=True)
    author: Mapped[User] = relationship(foreign_keys=[author_id], lazy="joined", innerjoin=True)
    merged_by: Mapped[User | None] = relationship(foreign_keys=[merged_by_id])
    head_commit: Mapped[Commit] = relationship(foreign_keys=[head_commit_id])
    merge_commit: Mapped[Commit | None] = relationship(foreign_keys=[merge_commit_id])
    milestone: Mapped[Milestone | None] = relationship(lazy="joined")
    labels: Mapped[list[Label]] = relationship(secondary="pull_request_labels", order_by="Label.name")
    closes: Mapped[list[Issue]] = relationship(secondary="closing_links", order_by="Issue.number")
    review_requests: Mapped[list[ReviewRequest]] = relationship(
        order_by="ReviewRequest.id", cascade="all, delete-orphan"
    )
    reviews: Mapped[list[Review]] = relationship(order_by="Review.submitted_at, Review.id")
    threads: Mapped[list[ReviewThread]] = relationship(order_by="ReviewThread.id")

    __table_args__ = (
        UniqueConstraint("repository_id", "number"),
        one_of("state", PullState),
        one_of("merge_method", MergeMethod),
        CheckConstraint("base_branch <> head_branch"),
        CheckConstraint("(state = 'merged') = (merge_commit_id IS NOT NULL)"),
        CheckConstraint("(state = 'merged') = (merge_method IS NOT NULL)"),
        CheckConstraint("(state = 'merged') = (merged_at IS NOT NULL)"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)"),
    )


class CheckRun(Base):
    """A run of a check on a commit; of several runs of one check the latest counts."""

    __tablename__ = "check_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    commit_id: Mapped[int] = mapped_column(ForeignKey("commits.id"))
    name: Mapped[str]
    status: Mapped[str]
    conclusion: Mapped[str | None]
    queued_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("status", CheckStatus),
        one_of("conclusion", Conclusion),
        CheckConstraint("(status = 'completed') = (conclusion IS NOT NULL)"),
        CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)"),
        Index("ix_check_runs_commit", "commit_id"),
    )


class Comment(Base):
    """A comment on an issue or a pull request."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    pull_request_id: Mapped[int | None] = mapped_column(ForeignKey("pull_requests.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str]
    created_at: Mapped[datetime]

    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (CheckConstraint("(issue_id IS NULL) <> (pull_request_id IS NULL)"),)


class Tag(Base):
    """A tag: a fixed name for a commit."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    name: Mapped[str]
    commit_id: Mapped[int] = mapped_column(ForeignKey("commits.id"))

    commit: Mapped[Commit] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (UniqueConstraint("repository_id", "name"),)


class ReleaseNote(Base):
    """A merged pull request in the notes of a release."""

    __tablename__ = "release_notes"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    pull_request_id: Mapped[int] = mapped_column(ForeignKey("pull_requests.id"), primary_key=True)
    section: Mapped[str]

    pull_request: Mapped[PullRequest] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (one_of("section", Section),)


class Release(Base):
    """A release; it gets its tag when it is published."""

    __tablename__ = "releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    version: Mapped[str]
    target_branch: Mapped[str]
    state: Mapped[str]
    is_prerelease: Mapped[bool]
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"), unique=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    repository: Mapped[Repository] = relationship(lazy="joined", innerjoin=True)
    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    tag: Mapped[Tag | None] = relationship(lazy="joined")
    notes: Mapped[list[ReleaseNote]] = relationship(
        order_by="ReleaseNote.pull_request_id", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("repository_id", "version"),
        one_of("state", ReleaseState),
        CheckConstraint("(state = 'published') = (tag_id IS NOT NULL)"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)"),
    )


class EnvironmentReviewer(Base):
    """Which team decides on deployments to an environment."""

    __tablename__ = "environment_reviewers"

    environment_id: Mapped[int] = mapped_column(ForeignKey("environments.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)


class Environment(Base):
    """Where a repository is deployed to, and how many approvals that takes."""

    __tablename__ = "environments"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    name: Mapped[str]
    required_approvals: Mapped[int]
    prevent_self_review: Mapped[bool]
    wait_minutes: Mapped[int]

    repository: Mapped[Repository] = relationship(lazy="joined", innerjoin=True)
    reviewers: Mapped[list[Team]] = relationship(secondary="environment_reviewers", order_by="Team.slug")

    __table_args__ = (
        UniqueConstraint("repository_id", "name"),
        CheckConstraint("required_approvals BETWEEN 0 AND 6"),
        CheckConstraint("wait_minutes >= 0"),
    )


class DeploymentReview(Base):
    """A decision on a deployment."""

    __tablename__ = "deployment_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[str]
    comment: Mapped[str]
    created_at: Mapped[datetime]

    reviewer: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (UniqueConstraint("deployment_id", "reviewer_id"), one_of("decision", Decision))


class Deployment(Base):
    """A deployment of a commit to an environment."""

    __tablename__ = "deployments"

    id: Mapped[int] = mapped_column(primary_key=True)
    environment_id: Mapped[int] = mapped_column(ForeignKey("environments.id"))
    ref: Mapped[str]
    commit_id: Mapped[int] = mapped_column(ForeignKey("commits.id"))
    creator_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    environment: Mapped[Environment] = relationship(lazy="joined", innerjoin=True)
    commit: Mapped[Commit] = relationship()
    creator: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    reviews: Mapped[list[DeploymentReview]] = relationship(order_by="DeploymentReview.id")

    __table_args__ = (
        one_of("status", DeploymentStatus),
        CheckConstraint("(status IN ('success', 'failure', 'rejected')) = (finished_at IS NOT NULL)"),
    )


class WebhookEvent(Base):
    """Which events a webhook is sent."""

    __tablename__ = "webhook_events"

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"), primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (one_of("event", HookEvent),)


class WebhookDelivery(Base):
    """A delivery of an event to a webhook; the delivery service writes these."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    event: Mapped[str]
    status_code: Mapped[int]
    delivered_at: Mapped[datetime]

    __table_args__ = (one_of("event", HookEvent),)


class Webhook(Base):
    """An address to which a repository's events are sent."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    url: Mapped[str]
    is_active: Mapped[bool]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    repository: Mapped[Repository] = relationship(lazy="joined", innerjoin=True)
    created_by: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    events: Mapped[list[WebhookEvent]] = relationship(
        order_by="WebhookEvent.event", cascade="all, delete-orphan"
    )
    deliveries: Mapped[list[WebhookDelivery]] = relationship(
        order_by="WebhookDelivery.delivered_at.desc(), WebhookDelivery.id.desc()"
    )

    __table_args__ = (UniqueConstraint("repository_id", "url"),)


class Advisory(Base):
    """A security advisory, seen by those who may write to its repository."""

    __tablename__ = "advisories"

    id: Mapped[int] = mapped_column(primary_key=True)
    repository_id: Mapped[int] = mapped_column(ForeignKey("repositories.id"))
    identifier: Mapped[str] = mapped_column(unique=True)
    summary: Mapped[str]
    description: Mapped[str]
    cvss: Mapped[float]
    severity: Mapped[str | None]
    affected_versions: Mapped[str]
    patched_version: Mapped[str | None]
    fix_pull_request_id: Mapped[int | None] = mapped_column(ForeignKey("pull_requests.id"))
    embargo_until: Mapped[date | None]
    state: Mapped[str]
    reporter_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    repository: Mapped[Repository] = relationship(lazy="joined", innerjoin=True)
    reporter: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    fix: Mapped[PullRequest | None] = relationship(lazy="joined")

    __table_args__ = (
        CheckConstraint("cvss BETWEEN 0 AND 10"),
        one_of("severity", Severity),
        one_of("state", AdvisoryState),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)"),
        CheckConstraint("state <> 'published' OR (severity IS NOT NULL AND patched_version IS NOT NULL)"),
    )


class AuditLog(Base):
    """A change that was made here."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[int]
    detail: Mapped[str]


Base.metadata.create_all(engine)


# ----------------------------------------------------------------------------------------------------
# Types of arguments
# ----------------------------------------------------------------------------------------------------

NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{0,48}$"
REF_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$"
CHECK_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$"
VERSION_PATTERN = r"^v(0|[1-9][0-9]{0,4})(\.(0|[1-9][0-9]{0,4})){2}(-rc\.[1-9][0-9]{0,2})?$"


def _plain_text(value: str) -> str:
    if any(ord(char) < 32 and char not in "\n\t" for char in value):
        raise ValueError("must not contain control characters")
    return value


def _without_repetition(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("must not name anything twice")
    return values


Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Ref = Annotated[str, StringConstraints(pattern=REF_PATTERN)]
Version = Annotated[str, StringConstraints(pattern=VERSION_PATTERN, max_length=40)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_plain_text)
]
Paragraph = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), AfterValidator(_plain_text)
]
Remark = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_plain_text)
]
CheckName = Annotated[str, StringConstraints(pattern=CHECK_PATTERN)]
Url = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]{1,100}(/[A-Za-z0-9._~/-]{0,200})?$")]
Names = Annotated[list[Name], Field(max_length=20), AfterValidator(_without_repetition)]
LabelNames = Annotated[list[Line], Field(max_length=20), AfterValidator(_without_repetition)]

RepositoryName = Annotated[str, Path(pattern=NAME_PATTERN, description="Name of the repository.")]
Number = Annotated[int, Path(ge=1, le=MAX_ID, description="Number within the repository, without the #.")]
Limit = Annotated[int, Query(ge=1, le=100, description="At most this many items.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Skip this many items first.")]
InRepository = Annotated[
    str | None, Query(pattern=NAME_PATTERN, description="Only those of the repository of this name.")
]
Words = Annotated[
    str | None,
    Query(min_length=1, max_length=80, description="Only those whose title has this text, any case."),
]


def path_id(what: str) -> Any:
    """Return the declaration of an id in the path."""
    return Path(ge=1, le=MAX_ID, description=f"Id of the {what}.")


def query_name(what: str) -> Any:
    """Return the declaration of an optional filter by a name."""
    return Query(pattern=NAME_PATTERN, description=what)


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt argument is not ignored."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """A response, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)


Item = TypeVar("Item", bound=BaseModel)


class Page(BaseModel, Generic[Item]):
    """A slice of a list: `total` counts all matches, `items` holds the slice."""

    total: int
    items: list[Item]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


# ----------------------------------------------------------------------------------------------------
# Responses
# ----------------------------------------------------------------------------------------------------


class AccountOut(BaseModel):
    """Who is signed in, and when."""

    login: str
    full_name: str
    org_role: OrgRole
    teams: list[str]
    now: datetime = Field(description="The present time, UTC.")
    weekday: str


class DocumentOut(BaseModel):
    """A document without its text."""

    id: int
    repository: str | None = Field(description="null: the document is the whole organisation's.")
    path: str
    title: str
    updated_at: datetime


class DocumentTextOut(DocumentOut):
    """A document with its text."""

    body: str


class MemberOut(Out):
    """A member of a team."""

    login: str
    full_name: str
    state: AccountState


class TeamOut(BaseModel):
    """A team with its members."""

    slug: str
    name: str
    description: str
    lead: str
    members: list[MemberOut]


class RepositoryOut(BaseModel):
    """A repository as lists show it."""

    name: str
    description: str
    visibility: Visibility
    is_archived: bool
    my_permission: Permission


class RuleOut(BaseModel):
    """A protection rule."""

    id: int
    pattern: str = Field(description="A branch, or a prefix with * at the end. A branch's own rule wins.")
    required_approvals: int
    require_code_owner_review: bool
    dismiss_stale_approvals: bool
    require_up_to_date: bool
    require_resolved_threads: bool
    require_linear_history: bool
    enforce_admins: bool
    required_checks: list[str]


class LabelOut(Out):
    """A label."""

    name: str
    description: str


class MilestoneOut(Out):
    """A milestone."""

    title: str
    due_on: date | None
    state: MilestoneState


class EnvironmentOut(BaseModel):
    """A deployment environment."""

    name: str
    required_approvals: int
    prevent_self_review: bool
    wait_minutes: int
    reviewing_teams: list[str]


class RepositoryDetailOut(RepositoryOut):
    """A repository in full."""

    language: str
    tier: int
    default_branch: str
    merge_methods: list[MergeMethod]
    delete_branch_on_merge: bool
    protection_rules: list[RuleOut]
    labels: list[LabelOut]
    milestones: list[MilestoneOut]
    environments: list[EnvironmentOut]


class AccessOut(BaseModel):
    """A permission that was granted to a team or to a person."""

    repository: str
    team: str | None
    user: str | None
    permission: Permission


class AccessResultOut(BaseModel):
    """What a team or person has been granted after a change."""

    repository: str
    team: str | None
    user: str | None
    permission: Grant


class BranchOut(BaseModel):
    """A branch, compared with the default branch."""

    name: str
    head_sha: str
    last_commit_at: datetime
    last_author: str
    is_protected: bool
    ahead: int = Field(description="Commits that the default branch does not hold.")
    behind: int = Field(description="Commits of the default branch that this one does not hold.")
    open_pull_request: int | None = Field(description="Number of the open pull request of this branch.")


class DeletedBranchOut(BaseModel):
    """A branch that was deleted."""

    name: str
    head_sha: str
    retargeted_pull_requests: list[int] = Field(description="Now based on the default branch instead.")


class CommitOut(BaseModel):
    """A commit."""

    sha: str
    message: str
    author: str
    committed_at: datetime
    is_merge: bool
    pull_request: int | None = Field(
        description="Number of the pull request that was merged by this commit, if one was."
    )


class CodeOwnerOut(BaseModel):
    """A line of the code owners file."""

    position: int
    pattern: str
    team: str | None
    user: str | None


class CodeOwnersOut(BaseModel):
    """The code owners file, or its line for one path."""

    path: str | None
    rules: list[CodeOwnerOut]


class PullOut(BaseModel):
    """A pull request as lists show it."""

    repository: str
    number: int
    title: str
    author: str
    state: PullState
    is_draft: bool
    base_branch: str
    created_at: datetime
    merged_at: datetime | None


class FileOut(BaseModel):
    """A file that a pull request changes."""

    path: str
    additions: int
    deletions: int


class BlockerOut(BaseModel):
    """Something that keeps an open pull request from being merged."""

    kind: BlockerKind
    detail: str


class CommentOut(BaseModel):
    """A comment."""

    id: int
    author: str
    body: str
    created_at: datetime


class PullDetailOut(PullOut):
    """A pull request in full."""

    body: str
    head_branch: str
    head_sha: str
    commits: int
    labels: list[str]
    milestone: str | None
    requested_users: list[str]
    requested_teams: list[str]
    closes_issues: list[int]
    files: list[FileOut]
    merge_blockers: list[BlockerOut] = Field(
        description="What the application demands before a merge and is not met; empty when not open."
    )
    merge_method: MergeMethod | None
    merged_by: str | None
    merge_sha: str | None
    comments: list[CommentOut]


class ReviewOut(BaseModel):
    """A review."""

    id: int
    reviewer: str
    state: ReviewState
    sha: str = Field(description="The commit that was the head when the review was given.")
    body: str
    submitted_at: datetime


class ThreadOut(BaseModel):
    """A conversation about a file."""

    id: int
    author: str
    path: str
    body: str
    is_resolved: bool


class ReviewsOut(BaseModel):
    """The reviews of a pull request, oldest first, and its conversations."""

    reviews: list[ReviewOut]
    threads: list[ThreadOut]


class CheckRunOut(Out):
    """A run of a check."""

    id: int
    name: str
    status: CheckStatus
    conclusion: Conclusion | None
    queued_at: datetime
    completed_at: datetime | None


class CheckRunsOut(Page[CheckRunOut]):
    """Runs of checks on one commit."""

    sha: str


class IssueOut(BaseModel):
    """An issue as lists show it."""

    repository: str
    number: int
    title: str
    state: IssueState
    labels: list[str]
    assignees: list[str]
    created_at: datetime


class IssueDetailOut(IssueOut):
    """An issue in full."""

    body: str
    author: str
    milestone: str | None
    close_reason: CloseReason | None
    duplicate_of: int | None
    blocked_by: list[int]
    closed_by_pull_requests: list[int] = Field(description="Pull requests that close it when merged.")
    closed_at: datetime | None
    comments: list[CommentOut]


class LabelledOut(BaseModel):
    """The labels of an issue or pull request after a change."""

    repository: str
    number: int
    kind: Literal["issue", "pull_request"]
    labels: list[str]


class ReleaseOut(BaseModel):
    """A release as lists show it."""

    id: int
    repository: str
    version: str
    state: ReleaseState
    is_prerelease: bool
    target_branch: str
    author: str
    created_at: datetime
    published_at: datetime | None


class NoteOut(BaseModel):
    """A line of the release notes."""

    section: Section
    pull_request: int
    title: str


class ReleaseDetailOut(ReleaseOut):
    """A release in full."""

    tagged_sha: str | None
    notes: list[NoteOut]


class DeliveryOut(Out):
    """A delivery to a webhook."""

    event: HookEvent
    status_code: int
    delivered_at: datetime


class WebhookOut(BaseModel):
    """A webhook with its latest deliveries."""

    id: int
    repository: str
    url: str
    is_active: bool
    events: list[HookEvent]
    created_by: str
    latest_deliveries: list[DeliveryOut]


class DeploymentReviewOut(BaseModel):
    """A decision on a deployment."""

    reviewer: str
    decision: Decision
    comment: str
    created_at: datetime


class DeploymentOut(BaseModel):
    """A deployment."""

    id: int
    repository: str
    environment: str
    ref: str
    sha: str
    creator: str
    status: DeploymentStatus
    created_at: datetime
    finished_at: datetime | None
    reviews: list[DeploymentReviewOut]


class AdvisoryOut(BaseModel):
    """An advisory as lists show it."""

    id: int
    repository: str
    identifier: str
    summary: str
    state: AdvisoryState


class AdvisoryDetailOut(AdvisoryOut):
    """An advisory in full."""

    description: str
    cvss: float
    severity: Severity | None
    affected_versions: str
    patched_version: str | None
    fix_pull_request: int | None
    embargo_until: date | None
    reporter: str
    created_at: datetime
    published_at: datetime | None


# ----------------------------------------------------------------------------------------------------
# Requests
# ----------------------------------------------------------------------------------------------------


class AccessIn(Body):
    """Which permission a team or a person is to have."""

    team: Name | None = Field(None, description="Slug of the team; leave out when naming a user.")
    user: Name | None = Field(None, description="Login of the person; leave out when naming a team.")
    permission: Grant = Field(
        description="The permission to grant in place of the present one; none revokes."
    )

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.team is None) == (self.user is None):
            raise ValueError("name either a team or a user")
        return self


class RuleIn(Body):
    """Settings of a protection rule to change; what is left out stays."""

    required_approvals: int | None = Field(None, ge=0, le=6, description="Approvals a merge needs.")
    require_code_owner_review: bool | None = Field(
        None, description="Whether an owner of each changed file must have approved."
    )
    dismiss_stale_approvals: bool | None = Field(
        None, description="Whether new commits dismiss the approvals given before."
    )
    require_up_to_date: bool | None = Field(
        None, description="Whether the head must hold every commit of the base."
    )
    require_resolved_threads: bool | None = Field(
        None, description="Whether all review conversations must be resolved."
    )
    require_linear_history: bool | None = Field(None, description="Whether merge commits are forbidden.")
    enforce_admins: bool | None = Field(None, description="Whether admins are bound by the rule too.")
    required_checks: (
        Annotated[list[CheckName], Field(max_length=20), AfterValidator(_without_repetition)] | None
    ) = Field(None, description="All checks to require: the list takes the place of the present one.")


class ReviewersIn(Body):
    """Whose review is asked for, and whose no longer."""

    add_users: Names = Field(default_factory=list, description="Logins of people to ask for a review.")
    add_teams: Names = Field(default_factory=list, description="Slugs of teams to ask for a review.")
    remove_users: Names = Field(default_factory=list, description="Logins of people to ask no longer.")
    remove_teams: Names = Field(default_factory=list, description="Slugs of teams to ask no longer.")


class ReviewIn(Body):
    """A review to submit."""

    verdict: Verdict = Field(description="What you say of the pull request as it is now.")
    body: Remark = Field("", description="Your words; needed unless you approve.")


class PullIn(Body):
    """What to change of a pull request; what is left out stays."""

    title: Line | None = Field(None, description="New title.")
    is_draft: bool | None = Field(None, description="true turns it into a draft, false makes it ready.")
    milestone: Line | None = Field(None, description="Title of the open milestone to put it into.")
    state: Literal["open", "closed"] | None = Field(
        None, description="closed closes it unmerged, open opens it again."
    )
    add_closes: Annotated[list[Id], Field(max_length=20), AfterValidator(_without_repetition)] = Field(
        default_factory=list, description="Numbers of issues that its merge is to close."
    )
    remove_closes: Annotated[list[Id], Field(max_length=20), AfterValidator(_without_repetition)] = Field(
        default_factory=list, description="Numbers of issues that its merge is to close no longer."
    )


class MergeIn(Body):
    """How to merge."""

    method: MergeMethod = Field(
        description="squash: one new commit with all changes; merge: a merge commit that keeps the commits."
    )
    bypass_rules: bool = Field(
        False, description="true merges in spite of blockers; for admins where the rule does not bind them."
    )


class IssueIn(Body):
    """An issue to open."""

    title: Line = Field(description="Title of the issue.")
    body: Paragraph = Field(description="What it is about.")
    labels: LabelNames = Field(default_factory=list, description="Names of labels; needs triage permission.")
    assignees: Names = Field(default_factory=list, description="Logins to assign; needs triage permission.")
    milestone: Line | None = Field(None, description="Title of an open milestone; needs triage permission.")


class IssueChangeIn(Body):
    """What to change of an issue; what is left out stays."""

    title: Line | None = Field(None, description="New title.")
    state: IssueState | None = Field(None, description="closed closes it, open opens it again.")
    close_reason: CloseReason | None = Field(None, description="Why it is closed; needed to close it.")
    duplicate_of: Id | None = Field(
        None, description="Number of the issue it repeats; needed for the reason duplicate, and only there."
    )
    milestone: Line | None = Field(None, description="Title of the open milestone to put it into.")
    add_assignees: Names = Field(default_factory=list, description="Logins to assign as well.")
    remove_assignees: Names = Field(default_factory=list, description="Logins to assign no longer.")


class LabelsIn(Body):
    """Labels to put on and to take off."""

    add: LabelNames = Field(default_factory=list, description="Names of labels to put on.")
    remove: LabelNames = Field(default_factory=list, description="Names of labels to take off.")


class CommentIn(Body):
    """A comment to write."""

    body: Paragraph = Field(description="The text of the comment.")


class ReleaseIn(Body):
    """A release to draft."""

    version: Version = Field(description="The version, e.g. v1.4.0, or v1.4.0-rc.1 for a prerelease.")
    target_branch: Ref = Field(description="Name of the branch whose head the release will be tagged at.")


class NoteIn(Body):
    """Where a pull request stands in the notes."""

    section: Section | None = Field(description="The section to list it in; null takes it out of the notes.")


class WebhookIn(Body):
    """What to change of a webhook; what is left out stays."""

    url: Url | None = Field(None, description="New address: https, without a query.")
    is_active: bool | None = Field(None, description="false stops deliveries, true resumes them.")
    events: (
        Annotated[list[HookEvent], Field(min_length=1, max_length=6), AfterValidator(_without_repetition)]
        | None
    ) = Field(None, description="All events to send: the list takes the place of the present one.")


class DeploymentReviewIn(Body):
    """A decision to take."""

    decision: Decision = Field(description="approve lets the deployment go ahead, reject ends it.")
    comment: Remark = Field("", description="Why; needed to reject.")


class AdvisoryIn(Body):
    """What to change of an advisory; what is left out stays."""

    severity: Severity | None = Field(None, description="The severity to state.")
    patched_version: Version | None = Field(None, description="The version to update to, e.g. v1.4.1.")
    state: Literal["draft", "published", "closed"] | None = Field(
        None, description="triage may become draft or closed, draft may become published or closed."
    )


# ----------------------------------------------------------------------------------------------------
# Plumbing
# ----------------------------------------------------------------------------------------------------


async def open_session() -> AsyncIterator[Session]:
    """Give a handler a session, and roll back what it did not commit."""
    with SessionLocal() as db:
        yield db


Db = Annotated[Session, Depends(open_session)]
Row = TypeVar("Row", bound=Base)
Result = TypeVar("Result", bound=BaseModel)


def utc_now() -> datetime:
    """Return the present time: UTC, no offset, full seconds."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def refuse(message: str) -> NoReturn:
    """Answer 409: the request is well-formed, and a rule or the present state forbids it."""
    raise HTTPException(409, message)


def only_row(db: Session, query: Select[tuple[Row]], what: str) -> Row:
    """Return the row that a query finds, or answer 404 naming what was looked for."""
    row = db.scalars(query).first()
    if row is None:
        raise HTTPException(404, f"no {what}")
    return row


def record(db: Session, action: str, entity: str, entity_id: int, detail: str = "") -> None:
    """Write one row of the audit log."""
    db.add(
        AuditLog(
            at=utc_now(),
            user_id=CURRENT_USER_ID,
            action=action,
            entity=entity,
            entity_id=entity_id,
            detail=detail,
        )
    )


def page_of(
    db: Session,
    query: Select[tuple[Row]],
    limit: int,
    offset: int,
    show: Callable[[Row], Result],
) -> Page[Result]:
    """Return a page of the rows that a query finds."""
    total = db.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = db.scalars(query.limit(limit).offset(offset)).unique().all()
    return Page(total=total, items=[show(row) for row in rows])


def slice_of(rows: Sequence[Result], limit: int, offset: int) -> Page[Result]:
    """Return a page of rows that are at hand already."""
    return Page(total=len(rows), items=list(rows[offset : offset + limit]))


# Accounts, permissions, repositories


def me(db: Session) -> User:
    """Return the signed-in user."""
    return only_row(db, select(User).where(User.id == CURRENT_USER_ID), "account is signed in")


def user_called(db: Session, login: str) -> User:
    """Return the account of a login, or answer 404."""
    return only_row(db, select(User).where(User.login == login), f"user {login}")


def team_called(db: Session, slug: str) -> Team:
    """Return the team of a slug, or answer 404."""
    return only_row(db, select(Team).where(Team.slug == slug), f"team {slug}")


def rank_in(db: Session, user: User, repository: Repository) -> int:
    """Return what a user may do in a repository, as a number of RANK or 0: the best grant counts."""
    if user.state != "active":
        return 0
    if user.org_role == "owner":
        return RANK["admin"]
    own = select(UserAccess.permission).where(
        UserAccess.repository_id == repository.id, UserAccess.user_id == user.id
    )
    by_team = (
        select(TeamAccess.permission)
        .join(TeamMember, TeamMember.team_id == TeamAccess.team_id)
        .where(TeamAccess.repository_id == repository.id, TeamMember.user_id == user.id)
    )
    ranks = [RANK[permission] for query in (own, by_team) for permission in db.scalars(query)]
    readable = ("public", "internal") if user.org_role == "member" else ("public",)
    return max([*ranks, RANK["read"] if repository.visibility in readable else 0])


def team_rank_in(db: Session, team: Team, repository: Repository) -> int:
    """Return what a team may do in a repository, as a number of RANK or 0."""
    grant = db.get(TeamAccess, (repository.id, team.id))
    shown = RANK["read"] if repository.visibility != "private" else 0
    return max(shown, RANK[grant.permission] if grant else 0)


def my_ranks(db: Session) -> dict[int, int]:
    """Return how much the signed-in user may do in each repository they can see, by its id."""
    user = me(db)
    ranks = {
        repository.id: rank_in(db, user, repository) for repository in db.scalars(select(Repository)).all()
    }
    return {repository_id: rank for repository_id, rank in ranks.items() if rank}


def permission_name(rank: int) -> str:
    """Return the name of a rank."""
    return next(name for name, value in RANK.items() if value == rank)


def require_rank(db: Session, repository: Repository, needed: str, *, to_change: bool) -> None:
    """Answer 404 for a repository the user cannot see, 403 for too little permission, 409 for an archive."""
    rank = rank_in(db, me(db), repository)
    if rank == 0:
        raise HTTPException(404, f"no repository {repository.name}")
    if rank < RANK[needed]:
        raise HTTPException(
            403, f"this needs {needed} permission on {repository.name}, you have {permission_name(rank)}"
        )
    if to_change and repository.is_archived:
        refuse(f"{repository.name} is archived: nothing in it can be changed")


def open_repository(
    db: Session, name: str, needed: Permission = "read", *, to_change: bool = False
) -> Repository:
    """Return a repository on which the user has the permission needed."""
    repository = only_row(db, select(Repository).where(Repository.name == name), f"repository {name}")
    require_rank(db, repository, needed, to_change=to_change)
    return repository


def in_sight(db: Session, column: Any, repository: str | None, needed: Permission = "read") -> Any:
    """Return the condition that a row belongs to the repository named, or to any on which one may do that."""
    if repository is not None:
        return column == open_repository(db, repository, needed).id
    return column.in_([key for key, rank in my_ranks(db).items() if rank >= RANK[needed]])


# Commits and branches


def parents_in(db: Session, repository_id: int) -> dict[int, tuple[int, ...]]:
    """Return the parents of every commit of a repository."""
    query = select(Commit.id, Commit.parent_id, Commit.second_parent_id).where(
        Commit.repository_id == repository_id
    )
    return {row[0]: tuple(parent for parent in row[1:] if parent is not None) for row in db.execute(query)}


def history(parents: dict[int, tuple[int, ...]], tip: int | None) -> set[int]:
    """Return a commit and everything it is built on."""
    found: set[int] = set()
    waiting = [] if tip is None else [tip]
    while waiting:
        commit = waiting.pop()
        if commit not in found:
            found.add(commit)
            waiting.extend(parents.get(commit, ()))
    return found


def find_branch(db: Session, repository: Repository, name: str) -> Branch | None:
    """Return a branch by name, or None."""
    return db.scalars(
        select(Branch).where(Branch.repository_id == repository.id, Branch.name == name)
    ).first()


def branch_called(db: Session, repository: Repository, name: str) -> Branch:
    """Return a branch by name, or answer 404."""
    branch = find_branch(db, repository, name)
    if branch is None:
        raise HTTPException(404, f"no branch {name} in {repository.name}")
    return branch


def commit_at(db: Session, repository: Repository, ref: str) -> int:
    """Return the id of the commit that a branch, a tag or a SHA (7 digits or more) names, or answer 404."""
    if branch := find_branch(db, repository, ref):
        return branch.head_commit_id
    tag = db.scalars(select(Tag).where(Tag.repository_id == repository.id, Tag.name == ref)).first()
    if tag is not None:
        return tag.commit_id
    if len(ref) >= 7:
        found = db.scalars(
            select(Commit.id).where(
                Commit.repository_id == repository.id, Commit.sha.startswith(ref, autoescape=True)
            )
        ).all()
        if len(found) == 1:
            return found[0]
    raise HTTPException(404, f"no branch, tag or commit {ref} in {repository.name}")


def add_commit(
    db: Session,
    repository: Repository,
    author: User,
    message: str,
    parents: tuple[int, ...],
    files: Iterable[FileOut] = (),
) -> Commit:
    """Add a commit; its SHA follows from its content, its parents and the time."""
    now = utc_now()
    text = json.dumps([repository.name, parents, author.login, message, now.isoformat()])
    commit = Commit(
        repository_id=repository.id,
        sha=hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(),
        parent_id=parents[0],
        second_parent_id=parents[1] if len(parents) > 1 else None,
        author=author,
        message=message,
        committed_at=now,
        files=[CommitFile(**file.model_dump()) for file in files],
    )
    db.add(commit)
    db.flush()
    return commit


def rule_for(db: Session, repository_id: int, branch: str) -> ProtectionRule | None:
    """Return the rule that protects a branch: its own, else that of the longest matching prefix."""
    rules = db.scalars(select(ProtectionRule).where(ProtectionRule.repository_id == repository_id)).all()
    matching = [
        rule
        for rule in rules
        if rule.pattern == branch
        or (rule.pattern.endswith("*") and branch.startswith(rule.pattern.removesuffix("*")))
    ]
    return max(matching, key=lambda rule: (rule.pattern == branch, len(rule.pattern)), default=None)


def remove_branch(db: Session, repository: Repository, branch: Branch) -> list[int]:
    """Delete a branch and base the open pull requests that built on it on the default branch instead."""
    stacked = db.scalars(
        select(PullRequest)
        .where(
            PullRequest.repository_id == repository.id,
            PullRequest.state == "open",
            PullRequest.base_branch == branch.name,
        )
        .order_by(PullRequest.number)
    ).all()
    for pull in stacked:
        pull.base_branch = repository.default_branch
    db.delete(branch)
    return [pull.number for pull in stacked]


# Pull requests


def pull_numbered(db: Session, repository: Repository, number: int) -> PullRequest:
    """Return a pull request by number, or answer 404."""
    query = select(PullRequest).where(
        PullRequest.repository_id == repository.id, PullRequest.number == number
    )
    return only_row(db, query, f"pull request #{number} in {repository.name}")


def issue_numbered(db: Session, repository: Repository, number: int) -> Issue:
    """Return an issue by number, or answer 404."""
    query = select(Issue).where(Issue.repository_id == repository.id, Issue.number == number)
    return only_row(db, query, f"issue #{number} in {repository.name}")


def require_open(pull: PullRequest) -> None:
    """Answer 409 unless a pull request is open."""
    if pull.state != "open":
        refuse(f"#{pull.number} is {pull.state}")


def base_tip(db: Session, pull: PullRequest) -> int | None:
    """Return the commit a pull request is compared with: its base, as it was before the merge if merged."""
    if pull.merge_commit is not None:
        return pull.merge_commit.parent_id
    branch = find_branch(db, pull.repository, pull.base_branch)
    return branch.head_commit_id if branch else None


def commits_of(db: Session, pull: PullRequest) -> set[int]:
    """Return the commits that a pull request brings."""
    parents = parents_in(db, pull.repository_id)
    return history(parents, pull.head_commit_id) - history(parents, base_tip(db, pull))


def is_behind(db: Session, pull: PullRequest) -> bool:
    """Say whether the base holds commits that the head does not."""
    parents = parents_in(db, pull.repository_id)
    return bool(history(parents, base_tip(db, pull)) - history(parents, pull.head_commit_id))


def files_of(db: Session, commits: Iterable[int]) -> list[FileOut]:
    """Return the files that commits change, with their lines added up, by path."""
    query = (
        select(CommitFile.path, func.sum(CommitFile.additions), func.sum(CommitFile.deletions))
        .where(CommitFile.commit_id.in_(commits))
        .group_by(CommitFile.path)
        .order_by(CommitFile.path)
    )
    return [
        FileOut(path=path, additions=additions, deletions=deletions)
        for path, additions, deletions in db.execute(query)
    ]


def owners_file(db: Session, repository_id: int) -> Sequence[CodeOwnerRule]:
    """Return the code owners of a repository, line by line."""
    query = select(CodeOwnerRule).where(CodeOwnerRule.repository_id == repository_id)
    return db.scalars(query.order_by(CodeOwnerRule.position)).all()


def covers(pattern: str, path: str) -> bool:
    """Say whether a code owners pattern matches a path: *, *.ext, a folder/ or one file."""
    if pattern.startswith("*"):
        return path.endswith(pattern[1:])
    return path.startswith(pattern) if pattern.endswith("/") else path == pattern


def line_for(rules: Sequence[CodeOwnerRule], path: str) -> CodeOwnerRule | None:
    """Return the line that says who owns a path: the last that matches."""
    return next((rule for rule in reversed(rules) if covers(rule.pattern, path)), None)


def standing_reviews(db: Session, pull: PullRequest) -> dict[int, str]:
    """Return the latest verdict of everyone whose review counts, by user id.

    Comments are no verdicts. A review counts if its author has write permission and did not open the pull
    request.
    """
    verdicts = {
        review.reviewer_id: (review.reviewer, review.state)
        for review in pull.reviews
        if review.state != "commented" and review.reviewer_id != pull.author_id
    }
    return {
        user_id: state
        for user_id, (user, state) in verdicts.items()
        if rank_in(db, user, pull.repository) >= RANK["write"]
    }


def latest_runs(db: Session, commit_id: int) -> dict[str, CheckRun]:
    """Return the latest run of every check on a commit, by the check's name."""
    query = select(CheckRun).where(CheckRun.commit_id == commit_id)
    return {run.name: run for run in db.scalars(query.order_by(CheckRun.queued_at, CheckRun.id))}


def unowned_files(db: Session, pull: PullRequest, approvers: set[int]) -> list[str]:
    """Return the changed files that have an owner, none of whom is among the approvers."""
    rules = owners_file(db, pull.repository_id)
    missing = []
    for file in files_of(db, commits_of(db, pull)):
        line = line_for(rules, file.path)
        if line is None:
            continue
        owners = {line.user_id} if line.team is None else {member.id for member in line.team.members}
        if not owners & approvers:
            missing.append(file.path)
    return missing


def review_blockers(db: Session, pull: PullRequest, rule: ProtectionRule) -> list[BlockerOut]:
    """Return what reviews still leave open."""
    found = []
    standing = standing_reviews(db, pull)
    approvers = {user_id for user_id, state in standing.items() if state == "approved"}
    if "changes_requested" in standing.values():
        found.append(BlockerOut(kind="changes_requested", detail="a reviewer asks for changes"))
    if len(approvers) < rule.required_approvals:
        detail = f"{len(approvers)} of {rule.required_approvals} approvals that count"
        found.append(BlockerOut(kind="approvals", detail=detail))
    if rule.require_code_owner_review and (files := unowned_files(db, pull, approvers)):
        detail = f"no code owner has approved the change of {', '.join(files)}"
        found.append(BlockerOut(kind="code_owners", detail=detail))
    if rule.require_resolved_threads and any(not thread.is_resolved for thread in pull.threads):
        found.append(BlockerOut(kind="threads", detail="a review conversation is not resolved"))
    return found


def blockers(db: Session, pull: PullRequest) -> list[BlockerOut]:
    """Return everything that the application demands before a merge and that is not met."""
    if pull.state != "open":
        return []
    found = [BlockerOut(kind="draft", detail="it is a draft")] if pull.is_draft else []
    rule = rule_for(db, pull.repository_id, pull.base_branch)
    if rule is None:
        return found
    found += review_blockers(db, pull, rule)
    runs = latest_runs(db, pull.head_commit_id)
    for check in rule.checks:
        run = runs.get(check.name)
        if run is None or run.conclusion not in PASSING:
            state = "not run" if run is None else run.conclusion or run.status
            found.append(BlockerOut(kind="checks", detail=f"required check {check.name}: {state}"))
    if rule.require_up_to_date and is_behind(db, pull):
        found.append(BlockerOut(kind="behind", detail=f"the head is behind {pull.base_branch}"))
    return found


def labels_called(db: Session, repository: Repository, names: Iterable[str]) -> list[Label]:
    """Return labels of a repository by name, or answer 404 for one it does not have."""
    return [
        only_row(
            db,
            select(Label).where(Label.repository_id == repository.id, Label.name == name),
            f"label {name} in {repository.name}",
        )
        for name in names
    ]


def open_milestone(db: Session, repository: Repository, title: str) -> Milestone:
    """Return an open milestone by title; answer 404 if there is none of that title, 409 if it is closed."""
    query = select(Milestone).where(Milestone.repository_id == repository.id, Milestone.title == title)
    milestone = only_row(db, query, f"milestone {title} in {repository.name}")
    if milestone.state == "closed":
        refuse(f"milestone {title} is closed")
    return milestone


def assignable(db: Session, repository: Repository, login: str) -> User:
    """Return a user who can be assigned or asked for a review: one who can read the repository."""
    user = user_called(db, login)
    if rank_in(db, user, repository) == 0:
        refuse(f"{login} has no access to {repository.name}")
    return user


def next_number(db: Session, repository: Repository) -> int:
    """Return the number of the next issue or pull request."""
    last = [
        db.scalar(select(func.max(model.number)).where(model.repository_id == repository.id)) or 0
        for model in (Issue, PullRequest)
    ]
    return max(last) + 1


# What answers look like


def comments_out(db: Session, condition: Any) -> list[CommentOut]:
    """Return comments, oldest first."""
    rows = db.scalars(select(Comment).where(condition).order_by(Comment.created_at, Comment.id)).all()
    return [comment_out(row) for row in rows]


def comment_out(row: Comment) -> CommentOut:
    """Show a comment."""
    return CommentOut(id=row.id, author=row.author.login, body=row.body, created_at=row.created_at)


def document_fields(document: Document) -> dict[str, Any]:
    """Return what lists show of a document."""
    return {
        "id": document.id,
        "repository": document.repository.name if document.repository else None,
        "path": document.path,
        "title": document.title,
        "updated_at": document.updated_at,
    }


def team_out(team: Team) -> TeamOut:
    """Show a team."""
    return TeamOut(
        slug=team.slug,
        name=team.name,
        description=team.description,
        lead=team.lead.login,
        members=[MemberOut.model_validate(member) for member in team.members],
    )


def rule_out(rule: ProtectionRule) -> RuleOut:
    """Show a protection rule."""
    names = set(RuleOut.model_fields) - {"required_checks"}
    settings = {name: getattr(rule, name) for name in names}
    return RuleOut(**settings, required_checks=[check.name for check in rule.checks])


def pull_fields(pull: PullRequest) -> dict[str, Any]:
    """Return what lists show of a pull request."""
    return {
        "repository": pull.repository.name,
        "number": pull.number,
        "title": pull.title,
        "author": pull.author.login,
        "state": pull.state,
        "is_draft": pull.is_draft,
        "base_branch": pull.base_branch,
        "created_at": pull.created_at,
        "merged_at": pull.merged_at,
    }


def pull_detail(db: Session, pull: PullRequest) -> PullDetailOut:
    """Show a pull request in full."""
    commits = commits_of(db, pull)
    return PullDetailOut(
        **pull_fields(pull),
        body=pull.body,
        head_branch=pull.head_branch,
        head_sha=pull.head_commit.sha,
        commits=len(commits),
        labels=[label.name for label in pull.labels],
        milestone=pull.milestone.title if pull.milestone else None,
        requested_users=sorted(asked.user.login for asked in pull.review_requests if asked.user),
        requested_teams=sorted(asked.team.slug for asked in pull.review_requests if asked.team),
        closes_issues=[issue.number for issue in pull.closes],
        files=files_of(db, commits),
        merge_blockers=blockers(db, pull),
        merge_method=pull.merge_method,
        merged_by=pull.merged_by.login if pull.merged_by else None,
        merge_sha=pull.merge_commit.sha if pull.merge_commit else None,
        comments=comments_out(db, Comment.pull_request_id == pull.id),
    )


def review_out(review: Review) -> ReviewOut:
    """Show a review."""
    return ReviewOut(
        id=review.id,
        reviewer=review.reviewer.login,
        state=review.state,
        sha=review.commit.sha,
        body=review.body,
        submitted_at=review.submitted_at,
    )


def issue_fields(issue: Issue) -> dict[str, Any]:
    """Return what lists show of an issue."""
    return {
        "repository": issue.repository.name,
        "number": issue.number,
        "title": issue.title,
        "state": issue.state,
        "labels": [label.name for label in issue.labels],
        "assignees": [user.login for user in issue.assignees],
        "created_at": issue.created_at,
    }


def issue_detail(db: Session, issue: Issue) -> IssueDetailOut:
    """Show an issue in full."""
    closing = (
        select(PullRequest.number)
        .join(ClosingLink, ClosingLink.pull_request_id == PullRequest.id)
        .where(ClosingLink.issue_id == issue.id)
        .order_by(PullRequest.number)
    )
    return IssueDetailOut(
        **issue_fields(issue),
        body=issue.body,
        author=issue.author.login,
        milestone=issue.milestone.title if issue.milestone else None,
        close_reason=issue.close_reason,
        duplicate_of=issue.duplicate_of.number if issue.duplicate_of else None,
        blocked_by=[other.number for other in issue.blocked_by],
        closed_by_pull_requests=list(db.scalars(closing)),
        closed_at=issue.closed_at,
        comments=comments_out(db, Comment.issue_id == issue.id),
    )


def release_fields(release: Release) -> dict[str, Any]:
    """Return what lists show of a release."""
    return {
        "id": release.id,
        "repository": release.repository.name,
        "version": release.version,
        "state": release.state,
        "is_prerelease": release.is_prerelease,
        "target_branch": release.target_branch,
        "author": release.author.login,
        "created_at": release.created_at,
        "published_at": release.published_at,
    }


def release_detail(release: Release) -> ReleaseDetailOut:
    """Show a release in full, its notes by section."""
    order = get_args(Section)
    notes = sorted(release.notes, key=lambda note: (order.index(note.section), note.pull_request.number))
    return ReleaseDetailOut(
        **release_fields(release),
        tagged_sha=release.tag.commit.sha if release.tag else None,
        notes=[
            NoteOut(
                section=note.section, pull_request=note.pull_request.number, title=note.pull_request.title
            )
            for note in notes
        ],
    )


def webhook_out(hook: Webhook) -> WebhookOut:
    """Show a webhook with its latest deliveries."""
    return WebhookOut(
        id=hook.id,
        repository=hook.repository.name,
        url=hook.url,
        is_active=hook.is_active,
        events=[row.event for row in hook.events],
        created_by=hook.created_by.login,
        latest_deliveries=[DeliveryOut.model_validate(row) for row in hook.deliveries[:DELIVERIES_SHOWN]],
    )


def deployment_out(deployment: Deployment) -> DeploymentOut:
    """Show a deployment with the decisions on it."""
    return DeploymentOut(
        id=deployment.id,
        repository=deployment.environment.repository.name,
        environment=deployment.environment.name,
        ref=deployment.ref,
        sha=deployment.commit.sha,
        creator=deployment.creator.login,
        status=deployment.status,
        created_at=deployment.created_at,
        finished_at=deployment.finished_at,
        reviews=[
            DeploymentReviewOut(
                reviewer=review.reviewer.login,
                decision=review.decision,
                comment=review.comment,
                created_at=review.created_at,
            )
            for review in deployment.reviews
        ],
    )


def advisory_fields(advisory: Advisory) -> dict[str, Any]:
    """Return what lists show of an advisory."""
    return {
        "id": advisory.id,
        "repository": advisory.repository.name,
        "identifier": advisory.identifier,
        "summary": advisory.summary,
        "state": advisory.state,
    }


def advisory_detail(advisory: Advisory) -> AdvisoryDetailOut:
    """Show an advisory in full."""
    return AdvisoryDetailOut(
        **advisory_fields(advisory),
        description=advisory.description,
        cvss=advisory.cvss,
        severity=advisory.severity,
        affected_versions=advisory.affected_versions,
        patched_version=advisory.patched_version,
        fix_pull_request=advisory.fix.number if advisory.fix else None,
        embargo_until=advisory.embargo_until,
        reporter=advisory.reporter.login,
        created_at=advisory.created_at,
        published_at=advisory.published_at,
    )


# ----------------------------------------------------------------------------------------------------
# The app
# ----------------------------------------------------------------------------------------------------

app = FastAPI(
    title="Code hosting",
    version="1.0.0",
    redirect_slashes=False,
    description="Repositories of one organisation, seen by one of its maintainers. All times are UTC.",
    responses={
        403: {"model": Problem, "description": "Your permission on the repository does not suffice."},
        404: {"model": Problem, "description": "Something named does not exist, or you cannot see it."},
        409: {"model": Problem, "description": "A rule or the present state forbids the request."},
    },
)


@app.exception_handler(RequestValidationError)
async def invalid_request(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 in ASCII and without the input, which may hold text that UTF-8 cannot carry."""
    detail = [{"loc": item["loc"], "msg": item["msg"], "type": item["type"]} for item in error.errors()]
    return Response(json.dumps({"detail": detail}), status_code=422, media_type="application/json")


@app.exception_handler(IntegrityError)
async def broken_constraint(_request: Request, _error: IntegrityError) -> Response:
    """Answer 409 where the database itself refuses a change."""
    detail = "the change contradicts other records"
    return Response(json.dumps({"detail": detail}), status_code=409, media_type="application/json")


# The account, documents, teams


@app.get("/me", operation_id="get_me", summary="Who is signed in, and the present time")
async def get_me(db: Db) -> AccountOut:
    """Return your login, your role in the organisation, your teams, and the present time with its weekday."""
    user, now = me(db), utc_now()
    teams = (
        select(Team.slug)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(TeamMember.user_id == user.id)
        .order_by(Team.slug)
    )
    return AccountOut(
        login=user.login,
        full_name=user.full_name,
        org_role=user.org_role,
        teams=list(db.scalars(teams)),
        now=now,
        weekday=now.strftime("%A"),
    )


@app.get("/documents", operation_id="list_documents", summary="List written guides and rules")
async def list_documents(
    db: Db,
    repository: Annotated[
        str | None,
        query_name("Only documents of this repository itself; those of the organisation are left out."),
    ] = None,
    q: Words = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[DocumentOut]:
    """List documents by path, without their text: those of the organisation and of repositories you can see.

    Where a repository has a document of the same path as the organisation, the repository's holds there
    instead, as a whole. Read the document that applies before you triage, merge, release, deploy, publish
    an advisory, change protection or handle a leaver: the application does not enforce what documents say.
    """
    if repository is not None:
        where = Document.repository_id == open_repository(db, repository).id
    else:
        where = Document.repository_id.is_(None) | Document.repository_id.in_(my_ranks(db))
    query = select(Document).where(where).order_by(Document.path, Document.id)
    if q is not None:
        query = query.where(Document.title.icontains(q, autoescape=True))
    return page_of(db, query, limit, offset, lambda row: DocumentOut(**document_fields(row)))


@app.get("/documents/{document_id}", operation_id="get_document", summary="Read one document")
async def get_document(db: Db, document_id: Annotated[int, path_id("document")]) -> DocumentTextOut:
    """Return a document with its full text. Ids come from list_documents."""
    document = only_row(db, select(Document).where(Document.id == document_id), f"document {document_id}")
    if document.repository is not None:
        require_rank(db, document.repository, "read", to_change=False)
    return DocumentTextOut(**document_fields(document), body=document.body)


@app.get("/teams", operation_id="list_teams", summary="List teams with lead and members")
async def list_teams(
    db: Db,
    slug: Annotated[str | None, query_name("Only the team of this slug.")] = None,
    member: Annotated[str | None, query_name("Only teams that this login belongs to.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[TeamOut]:
    """List teams by slug, each with its lead, its members and the state of their accounts.

    A suspended account can do nothing. What a team may do in which repository is shown by list_access.
    """
    query = select(Team).order_by(Team.slug)
    if slug is not None:
        query = query.where(Team.slug == slug)
    if member is not None:
        query = query.where(Team.members.any(User.id == user_called(db, member).id))
    return page_of(db, query, limit, offset, team_out)


# Repositories and access


@app.get("/repositories", operation_id="list_repositories", summary="List the repositories you can see")
async def list_repositories(
    db: Db,
    archived: Annotated[
        bool | None, Query(description="true: only archived repositories; false: only those in use.")
    ] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[RepositoryOut]:
    """List repositories by name, with your own permission on each. Settings are shown by get_repository."""
    ranks = my_ranks(db)
    query = select(Repository).where(Repository.id.in_(ranks)).order_by(Repository.name)
    if archived is not None:
        query = query.where(Repository.is_archived == archived)
    return page_of(db, query, limit, offset, lambda row: RepositoryOut(**repository_fields(row, ranks)))


def repository_fields(repository: Repository, ranks: dict[int, int]) -> dict[str, Any]:
    """Return what lists show of a repository."""
    return {
        "name": repository.name,
        "description": repository.description,
        "visibility": repository.visibility,
        "is_archived": repository.is_archived,
        "my_permission": permission_name(ranks[repository.id]),
    }


@app.get("/repositories/{repository}", operation_id="get_repository", summary="Show one repository in full")
async def get_repository(db: Db, repository: RepositoryName) -> RepositoryDetailOut:
    """Return a repository's settings with its protection rules, labels, milestones and environments.

    The rule of a branch is the one with its very name as pattern, else the longest matching prefix.
    """
    row = open_repository(db, repository)
    methods = [("squash", row.allow_squash), ("merge", row.allow_merge_commit)]

    def all_of(model: type[Row], order: Any) -> Sequence[Row]:
        query = select(model).where(model.repository_id == row.id)  # type: ignore[attr-defined]
        return db.scalars(query.order_by(order)).all()

    return RepositoryDetailOut(
        **repository_fields(row, my_ranks(db)),
        language=row.language,
        tier=row.tier,
        default_branch=row.default_branch,
        merge_methods=[method for method, allowed in methods if allowed],
        delete_branch_on_merge=row.delete_branch_on_merge,
        protection_rules=[rule_out(rule) for rule in all_of(ProtectionRule, ProtectionRule.pattern)],
        labels=[LabelOut.model_validate(label) for label in all_of(Label, Label.name)],
        milestones=[MilestoneOut.model_validate(item) for item in all_of(Milestone, Milestone.id)],
        environments=[
            EnvironmentOut(
                name=environment.name,
                required_approvals=environment.required_approvals,
                prevent_self_review=environment.prevent_self_review,
                wait_minutes=environment.wait_minutes,
                reviewing_teams=[team.slug for team in environment.reviewers],
            )
            for environment in all_of(Environment, Environment.name)
        ],
    )


@app.get("/access", operation_id="list_access", summary="List which permissions were granted to whom")
async def list_access(
    db: Db,
    repository: InRepository = None,
    team: Annotated[str | None, query_name("Only grants to the team of this slug.")] = None,
    user: Annotated[str | None, query_name("Only grants to this login itself, not by way of teams.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[AccessOut]:
    """List grants in the repositories you can see, by repository, teams before people.

    A person has the highest of their own grant and those of their teams. Owners of the organisation are
    admins everywhere. Every member can read public and internal repositories, and anyone public ones.
    """
    by_team = select(TeamAccess).where(in_sight(db, TeamAccess.repository_id, repository))
    by_user = select(UserAccess).where(in_sight(db, UserAccess.repository_id, repository))
    if team is not None:
        by_team = by_team.where(TeamAccess.team_id == team_called(db, team).id)
    if user is not None:
        by_user = by_user.where(UserAccess.user_id == user_called(db, user).id)
    names = {row.id: row.name for row in db.execute(select(Repository.id, Repository.name))}
    teams = [] if user is not None and team is None else db.scalars(by_team).all()
    people = [] if team is not None and user is None else db.scalars(by_user).all()
    rows = [(names[row.repository_id], row.team.slug, None, row.permission) for row in teams]
    rows += [(names[row.repository_id], None, row.user.login, row.permission) for row in people]
    rows.sort(key=lambda row: (row[0], row[1] is None, row[1] or row[2]))
    fields = ("repository", "team", "user", "permission")
    return slice_of([AccessOut(**dict(zip(fields, row, strict=True))) for row in rows], limit, offset)


@app.put(
    "/repositories/{repository}/access",
    operation_id="set_access",
    summary="Grant a team or a person a permission, or revoke it",
)
async def set_access(db: Db, repository: RepositoryName, data: AccessIn) -> AccessResultOut:
    """Give one team or one person a permission of their own on a repository, in place of the present one.

    Needs admin permission. none revokes the grant; what a person has by way of teams stays. Refused (409)
    if it changes nothing, for suspended accounts, and for your own account.
    """
    row = open_repository(db, repository, "admin", to_change=True)
    if data.team is not None:
        key, grant = {"team_id": team_called(db, data.team).id}, TeamAccess
    else:
        user = user_called(db, str(data.user))
        if user.id == CURRENT_USER_ID:
            refuse("nobody changes their own access")
        if user.state != "active" and data.permission != "none":
            refuse(f"{user.login} is suspended")
        key, grant = {"user_id": user.id}, UserAccess
    present = db.get(grant, (row.id, *key.values()))
    if (present.permission if present else "none") == data.permission:
        refuse(f"the present grant is {data.permission} already")
    if data.permission == "none":
        db.delete(present)
    elif present is not None:
        present.permission = data.permission
    else:
        db.add(grant(repository_id=row.id, permission=data.permission, **key))
    record(db, "set_access", "repository", row.id, f"{data.team or data.user}: {data.permission}")
    db.commit()
    return AccessResultOut(repository=row.name, team=data.team, user=data.user, permission=data.permission)


@app.patch(
    "/repositories/{repository}/protection-rules/{rule_id}",
    operation_id="update_branch_protection",
    summary="Change a protection rule",
)
async def update_branch_protection(
    db: Db, repository: RepositoryName, rule_id: Annotated[int, path_id("protection rule")], data: RuleIn
) -> RuleOut:
    """Change settings of a protection rule; settings left out stay as they are.

    Needs admin permission. required_checks replaces the whole list, so name the checks to keep as well.
    Ids of rules are shown by get_repository. Refused (409) if it changes nothing.
    """
    row = open_repository(db, repository, "admin", to_change=True)
    query = select(ProtectionRule).where(ProtectionRule.id == rule_id, ProtectionRule.repository_id == row.id)
    rule = only_row(db, query, f"protection rule {rule_id} in {repository}")
    before = rule_out(rule)
    for name, value in data.model_dump(exclude_none=True, exclude={"required_checks"}).items():
        setattr(rule, name, value)
    if data.required_checks is not None:
        kept = [check for check in rule.checks if check.name in data.required_checks]
        new = set(data.required_checks) - {check.name for check in kept}
        rule.checks = kept + [RequiredCheck(name=name) for name in sorted(new)]
    db.flush()
    db.refresh(rule, ["checks"])
    after = rule_out(rule)
    if after == before:
        refuse("this changes nothing")
    record(db, "update", "protection_rule", rule.id, f"{repository}: {rule.pattern}")
    db.commit()
    return after


# Branches, commits, code owners


@app.get("/repositories/{repository}/branches", operation_id="list_branches", summary="List the branches")
async def list_branches(
    db: Db,
    repository: RepositoryName,
    q: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Only branches with this in their name.")
    ] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[BranchOut]:
    """List branches by name, with how far each is ahead of and behind the default branch."""
    row = open_repository(db, repository)
    parents = parents_in(db, row.id)
    main = find_branch(db, row, row.default_branch)
    trunk = history(parents, main.head_commit_id if main else None)
    heads = {
        pull.head_branch: pull.number
        for pull in db.scalars(
            select(PullRequest).where(PullRequest.repository_id == row.id, PullRequest.state == "open")
        )
    }

    def show(branch: Branch) -> BranchOut:
        own = history(parents, branch.head_commit_id)
        head = only_row(db, select(Commit).where(Commit.id == branch.head_commit_id), "commit")
        return BranchOut(
            name=branch.name,
            head_sha=head.sha,
            last_commit_at=head.committed_at,
            last_author=head.author.login,
            is_protected=rule_for(db, row.id, branch.name) is not None,
            ahead=len(own - trunk),
            behind=len(trunk - own),
            open_pull_request=heads.get(branch.name),
        )

    query = select(Branch).where(Branch.repository_id == row.id).order_by(Branch.name)
    if q is not None:
        query = query.where(Branch.name.icontains(q, autoescape=True))
    return page_of(db, query, limit, offset, show)


@app.delete("/repositories/{repository}/branches", operation_id="delete_branch", summary="Delete a branch")
async def delete_branch(
    db: Db,
    repository: RepositoryName,
    branch: Annotated[str, Query(pattern=REF_PATTERN, description="Name of the branch to delete.")],
) -> DeletedBranchOut:
    """Delete a branch; commits that no other branch or tag holds are lost to view.

    Needs write permission. Refused (409) for the default branch, for protected branches and for the head of
    an open pull request. Open pull requests based on the branch are pointed at the default branch instead.
    """
    row = open_repository(db, repository, "write", to_change=True)
    found = branch_called(db, row, branch)
    if branch == row.default_branch or rule_for(db, row.id, branch) is not None:
        refuse(f"{branch} is protected")
    using = select(PullRequest.number).where(
        PullRequest.repository_id == row.id, PullRequest.state == "open", PullRequest.head_branch == branch
    )
    if (number := db.scalars(using.limit(1)).first()) is not None:
        refuse(f"{branch} is the head of the open pull request #{number}")
    head = only_row(db, select(Commit).where(Commit.id == found.head_commit_id), "commit")
    moved = remove_branch(db, row, found)
    record(db, "delete", "branch", found.id, f"{repository}: {branch}")
    db.commit()
    return DeletedBranchOut(name=branch, head_sha=head.sha, retargeted_pull_requests=moved)


@app.get(
    "/repositories/{repository}/commits",
    operation_id="list_commits",
    summary="List the commits of a branch, tag or commit",
)
async def list_commits(
    db: Db,
    repository: RepositoryName,
    ref: Annotated[str, Query(pattern=REF_PATTERN, description="A branch, a tag or a SHA.")],
    since: Annotated[
        str | None,
        Query(
            pattern=REF_PATTERN,
            description="A branch, tag or SHA: what it holds is left out, by history and not by time.",
        ),
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[CommitOut]:
    """List commits that ref holds, newest first; with since, only those that since does not hold as well.

    pull_request is set on the commit by which a pull request was merged. To see what a release contains
    that an earlier one does not, name their tags.
    """
    row = open_repository(db, repository)
    parents = parents_in(db, row.id)
    found = history(parents, commit_at(db, row, ref))
    if since is not None:
        found -= history(parents, commit_at(db, row, since))
    query = select(Commit).where(Commit.id.in_(found)).order_by(Commit.committed_at.desc(), Commit.id.desc())
    merged = select(PullRequest.merge_commit_id, PullRequest.number)
    merges = db.execute(merged.where(PullRequest.repository_id == row.id))
    numbers = {merge.merge_commit_id: merge.number for merge in merges}

    def show(commit: Commit) -> CommitOut:
        return CommitOut(
            sha=commit.sha,
            message=commit.message,
            author=commit.author.login,
            committed_at=commit.committed_at,
            is_merge=commit.second_parent_id is not None,
            pull_request=numbers.get(commit.id),
        )

    return page_of(db, query, limit, offset, show)


@app.get(
    "/repositories/{repository}/code-owners",
    operation_id="find_code_owners",
    summary="Show the code owners file, or who owns a path",
)
async def find_code_owners(
    db: Db,
    repository: RepositoryName,
    path: Annotated[
        str | None,
        Query(
            min_length=1, max_length=300, description="A file, e.g. src/main.py; only its line is returned."
        ),
    ] = None,
) -> CodeOwnersOut:
    """Return the code owners of a repository in the order of the file: the last line that matches decides.

    With a path, only the deciding line is returned, or none if nobody owns the path. Patterns are * for
    everything, *.ext for an extension, a folder with a slash at its end, or one file. A team's approval is
    that of any member with write permission who did not open the pull request.
    """
    lines = owners_file(db, open_repository(db, repository).id)
    if path is not None:
        line = line_for(lines, path)
        lines = [] if line is None else [line]
    return CodeOwnersOut(
        path=path,
        rules=[
            CodeOwnerOut(
                position=line.position,
                pattern=line.pattern,
                team=line.team.slug if line.team else None,
                user=line.user.login if line.user else None,
            )
            for line in lines
        ],
    )


# Pull requests


@app.get("/pull-requests", operation_id="list_pull_requests", summary="Find pull requests")
async def list_pull_requests(
    db: Db,
    repository: InRepository = None,
    state: Annotated[
        PullState | Literal["all"], Query(description="The state to look for; all for any.")
    ] = "open",
    author: Annotated[str | None, query_name("Only those opened by this login.")] = None,
    base: Annotated[
        str | None, Query(pattern=REF_PATTERN, description="Only those into this branch.")
    ] = None,
    label: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Only those that bear this label.")
    ] = None,
    review_requested: Annotated[
        str | None, query_name("Only those for which this login itself is asked for a review.")
    ] = None,
    q: Words = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[PullOut]:
    """List pull requests of the repositories you can see, newest first; open ones unless you name a state.

    Labels, files, reviewers and what blocks a merge are shown by get_pull_request only.
    """
    query = select(PullRequest).where(in_sight(db, PullRequest.repository_id, repository))
    if state != "all":
        query = query.where(PullRequest.state == state)
    if author is not None:
        query = query.where(PullRequest.author_id == user_called(db, author).id)
    if base is not None:
        query = query.where(PullRequest.base_branch == base)
    if label is not None:
        query = query.where(PullRequest.labels.any(Label.name == label))
    if review_requested is not None:
        asked = user_called(db, review_requested)
        query = query.where(PullRequest.review_requests.any(ReviewRequest.user_id == asked.id))
    if q is not None:
        query = query.where(PullRequest.title.icontains(q, autoescape=True))
    query = query.order_by(PullRequest.created_at.desc(), PullRequest.id.desc())
    return page_of(db, query, limit, offset, lambda row: PullOut(**pull_fields(row)))


@app.get(
    "/repositories/{repository}/pull-requests/{number}",
    operation_id="get_pull_request",
    summary="Show one pull request in full",
)
async def get_pull_request(db: Db, repository: RepositoryName, number: Number) -> PullDetailOut:
    """Return a pull request with its labels, files, requested reviewers, linked issues and comments.

    merge_blockers says what the protection rule of its base still demands. Reviews are shown by
    list_reviews, runs of checks by list_check_runs.
    """
    return pull_detail(db, pull_numbered(db, open_repository(db, repository), number))


@app.get(
    "/repositories/{repository}/pull-requests/{number}/reviews",
    operation_id="list_reviews",
    summary="List the reviews of a pull request",
)
async def list_reviews(db: Db, repository: RepositoryName, number: Number) -> ReviewsOut:
    """Return all reviews of a pull request, oldest first, and its conversations about files.

    Of each reviewer the latest verdict counts; comments are none, and a dismissed review counts no longer.
    """
    pull = pull_numbered(db, open_repository(db, repository), number)
    threads = [
        ThreadOut(
            id=thread.id,
            author=thread.author.login,
            path=thread.path,
            body=thread.body,
            is_resolved=thread.is_resolved,
        )
        for thread in pull.threads
    ]
    return ReviewsOut(reviews=[review_out(review) for review in pull.reviews], threads=threads)


@app.post(
    "/repositories/{repository}/pull-requests/{number}/review-requests",
    operation_id="change_review_requests",
    summary="Ask people or teams for a review, or stop asking",
)
async def change_review_requests(
    db: Db, repository: RepositoryName, number: Number, data: ReviewersIn
) -> PullDetailOut:
    """Ask for reviews of an open pull request, and take back such requests, in one step.

    Needs write permission. Whoever is asked must be able to read the repository and cannot be the author.
    Who has reviewed already can be asked again. Refused (409) if someone to add is asked already, or someone
    to remove is not asked.
    """
    row = open_repository(db, repository, "write", to_change=True)
    pull = pull_numbered(db, row, number)
    require_open(pull)
    if not any(data.model_dump().values()):
        refuse("nobody is named")
    for login in data.remove_users:
        take_back_request(pull, login, lambda asked: asked.user and asked.user.login)
    for slug in data.remove_teams:
        take_back_request(pull, slug, lambda asked: asked.team and asked.team.slug)
    asked_ids = {(asked.user_id, asked.team_id) for asked in pull.review_requests}
    for login in data.add_users:
        user = assignable(db, row, login)
        if user.id == pull.author_id:
            refuse(f"{login} opened #{number}")
        if (user.id, None) in asked_ids:
            refuse(f"{login} is asked already")
        pull.review_requests.append(ReviewRequest(user_id=user.id))
    for slug in data.add_teams:
        team = team_called(db, slug)
        if team_rank_in(db, team, row) == 0:
            refuse(f"team {slug} has no access to {repository}")
        if (None, team.id) in asked_ids:
            refuse(f"team {slug} is asked already")
        pull.review_requests.append(ReviewRequest(team_id=team.id))
    record(db, "request_reviews", "pull_request", pull.id, f"{repository}#{number}")
    db.commit()
    db.refresh(pull)
    return pull_detail(db, pull)


def take_back_request(pull: PullRequest, name: str, name_of: Callable[[ReviewRequest], str | None]) -> None:
    """Remove the review request of a name, or answer 409 if there is none."""
    asked = next((row for row in pull.review_requests if name_of(row) == name), None)
    if asked is None:
        refuse(f"{name} is not asked for a review of #{pull.number}")
    pull.review_requests.remove(asked)


@app.post(
    "/repositories/{repository}/pull-requests/{number}/reviews",
    operation_id="submit_review",
    summary="Review a pull request",
    status_code=201,
)
async def submit_review(db: Db, repository: RepositoryName, number: Number, data: ReviewIn) -> ReviewOut:
    """Give your review of an open pull request as it is now; a request for yours is answered by it.

    It counts towards a merge if you have write permission. Nobody approves or asks for changes of their own
    pull request. A body is needed unless you approve.
    """
    row = open_repository(db, repository, to_change=True)
    pull = pull_numbered(db, row, number)
    require_open(pull)
    if data.verdict != "comment" and pull.author_id == CURRENT_USER_ID:
        refuse("nobody judges their own pull request")
    if data.verdict != "approve" and not data.body:
        raise HTTPException(422, "a body is needed unless you approve")
    states = {"approve": "approved", "request_changes": "changes_requested", "comment": "commented"}
    review = Review(
        pull_request_id=pull.id,
        reviewer=me(db),
        commit=pull.head_commit,
        state=states[data.verdict],
        body=data.body,
        submitted_at=utc_now(),
    )
    db.add(review)
    pull.review_requests = [row for row in pull.review_requests if row.user_id != CURRENT_USER_ID]
    db.flush()
    record(db, "review", "pull_request", pull.id, f"{repository}#{number}: {review.state}")
    db.commit()
    return review_out(review)


@app.patch(
    "/repositories/{repository}/pull-requests/{number}",
    operation_id="update_pull_request",
    summary="Change, close or reopen a pull request",
)
async def update_pull_request(
    db: Db, repository: RepositoryName, number: Number, data: PullIn
) -> PullDetailOut:
    """Change title, draft state, milestone or linked issues of a pull request, or close or reopen it.

    Needs write permission, or that you opened it. A merged one keeps its state; a closed one can be reopened
    while its head branch exists. Refused (409) if nothing would change.
    """
    row = open_repository(db, repository, to_change=True)
    pull = pull_numbered(db, row, number)
    if pull.author_id != CURRENT_USER_ID:
        require_rank(db, row, "write", to_change=True)
    before = (pull.title, pull.is_draft, pull.milestone_id, pull.state, [issue.id for issue in pull.closes])
    if data.title is not None:
        pull.title = data.title
    if data.is_draft is not None:
        require_open(pull)
        pull.is_draft = data.is_draft
    if data.milestone is not None:
        pull.milestone = open_milestone(db, row, data.milestone)
    if data.state is not None and data.state != pull.state:
        if pull.state == "merged":
            refuse(f"#{number} is merged")
        if data.state == "open" and find_branch(db, row, pull.head_branch) is None:
            refuse(f"the branch {pull.head_branch} is gone")
        pull.state, pull.closed_at = data.state, utc_now() if data.state == "closed" else None
    for other in data.add_closes:
        if (issue := issue_numbered(db, row, other)) not in pull.closes:
            pull.closes.append(issue)
    for other in data.remove_closes:
        if (issue := issue_numbered(db, row, other)) in pull.closes:
            pull.closes.remove(issue)
    db.flush()
    after = (pull.title, pull.is_draft, pull.milestone_id, pull.state, [issue.id for issue in pull.closes])
    if after == before:
        refuse("this changes nothing")
    record(db, "update", "pull_request", pull.id, f"{repository}#{number}")
    db.commit()
    db.refresh(pull)
    return pull_detail(db, pull)


@app.post(
    "/repositories/{repository}/pull-requests/{number}/update-branch",
    operation_id="update_pull_request_branch",
    summary="Merge the base into the head of a pull request",
)
async def update_pull_request_branch(db: Db, repository: RepositoryName, number: Number) -> PullDetailOut:
    """Bring an open pull request up to date: a merge commit with the base becomes its new head.

    Needs write permission. The required checks are queued anew for the new head, and where the rule of the
    base says so, approvals given before are dismissed. Refused (409) if the head is not behind.
    """
    row = open_repository(db, repository, "write", to_change=True)
    pull = pull_numbered(db, row, number)
    require_open(pull)
    head, base = branch_called(db, row, pull.head_branch), branch_called(db, row, pull.base_branch)
    if not is_behind(db, pull):
        refuse(f"#{number} is up to date with {base.name}")
    message = f"Merge branch '{base.name}' into {head.name}"
    commit = add_commit(db, row, me(db), message, (head.head_commit_id, base.head_commit_id))
    head.head_commit_id = commit.id
    pull.head_commit = commit
    rule = rule_for(db, row.id, base.name)
    for check in rule.checks if rule else []:
        db.add(CheckRun(commit_id=commit.id, name=check.name, status="queued", queued_at=utc_now()))
    if rule is not None and rule.dismiss_stale_approvals:
        for review in pull.reviews:
            if review.state == "approved":
                review.state = "dismissed"
    record(db, "update_branch", "pull_request", pull.id, f"{repository}#{number}")
    db.commit()
    return pull_detail(db, pull)


@app.post(
    "/repositories/{repository}/pull-requests/{number}/merge",
    operation_id="merge_pull_request",
    summary="Merge a pull request",
)
async def merge_pull_request(
    db: Db, repository: RepositoryName, number: Number, data: MergeIn
) -> PullDetailOut:
    """Merge an open pull request into its base. This cannot be undone.

    Needs write permission. Refused (409) while it has merge_blockers, for a method that the repository does
    not allow, and for a merge commit where the rule demands linear history. Admins may bypass all blockers
    but the draft state where the rule does not bind them. A merge into the default branch closes the linked
    issues. Where the repository says so the head branch is deleted, and what was based on it is pointed at
    the default branch.
    """
    row = open_repository(db, repository, "write", to_change=True)
    pull = pull_numbered(db, row, number)
    require_open(pull)
    bypassed = require_mergeable(db, pull, data)
    base = branch_called(db, row, pull.base_branch)
    files = files_of(db, commits_of(db, pull))
    if data.method == "squash":
        message = f"{pull.title} (#{number})"
        commit = add_commit(db, row, pull.author, message, (base.head_commit_id,), files)
    else:
        message = f"Merge pull request #{number} from {pull.head_branch}"
        commit = add_commit(db, row, me(db), message, (base.head_commit_id, pull.head_commit_id))
    base.head_commit_id = commit.id
    now = utc_now()
    with db.no_autoflush:  # a half-merged pull request must not reach the database
        pull.state, pull.merge_commit, pull.merge_method = "merged", commit, data.method
        pull.merged_by, pull.merged_at, pull.closed_at = me(db), now, now
    if base.name == row.default_branch:
        for issue in pull.closes:
            if issue.state == "open":
                issue.state, issue.close_reason, issue.closed_at = "closed", "completed", now
    head = find_branch(db, row, pull.head_branch)
    if row.delete_branch_on_merge and head and rule_for(db, row.id, head.name) is None:
        remove_branch(db, row, head)
    action = "merge_bypassing_rules" if bypassed else "merge"
    record(db, action, "pull_request", pull.id, f"{repository}#{number}: {data.method}")
    db.commit()
    db.refresh(pull)
    return pull_detail(db, pull)


def require_mergeable(db: Session, pull: PullRequest, data: MergeIn) -> bool:
    """Answer 409 unless the pull request may be merged as asked for; say whether that bypasses rules."""
    repository = pull.repository
    allowed = repository.allow_squash if data.method == "squash" else repository.allow_merge_commit
    if not allowed:
        refuse(f"{repository.name} does not allow the method {data.method}")
    rule = rule_for(db, repository.id, pull.base_branch)
    if rule is not None and rule.require_linear_history and data.method == "merge":
        refuse(f"{pull.base_branch} must have a linear history: squash")
    found = blockers(db, pull)
    if not found:
        return False
    if data.bypass_rules and not pull.is_draft:
        require_rank(db, repository, "admin", to_change=True)
        if rule is not None and rule.enforce_admins:
            refuse(f"the rule of {pull.base_branch} binds admins too")
        return True
    refuse("; ".join(f"{blocker.kind}: {blocker.detail}" for blocker in found))


@app.get(
    "/repositories/{repository}/check-runs",
    operation_id="list_check_runs",
    summary="List the runs of checks on a commit",
)
async def list_check_runs(
    db: Db,
    repository: RepositoryName,
    ref: Annotated[
        str, Query(pattern=REF_PATTERN, description="A branch, tag or SHA; of a pull request its head_sha.")
    ],
    limit: Limit = 50,
    offset: Offset = 0,
) -> CheckRunsOut:
    """List all runs of checks on one commit by name and time, those of checks that are not required too.

    Where a check ran more than once the latest run counts.
    """
    row = open_repository(db, repository)
    commit = only_row(db, select(Commit).where(Commit.id == commit_at(db, row, ref)), f"commit {ref}")
    query = select(CheckRun).where(CheckRun.commit_id == commit.id)
    query = query.order_by(CheckRun.name, CheckRun.queued_at, CheckRun.id)
    page = page_of(db, query, limit, offset, CheckRunOut.model_validate)
    return CheckRunsOut(sha=commit.sha, total=page.total, items=page.items)


# Issues, labels, comments


@app.get("/issues", operation_id="list_issues", summary="Find issues")
async def list_issues(
    db: Db,
    repository: InRepository = None,
    state: Annotated[
        IssueState | Literal["all"], Query(description="The state to look for; all for any.")
    ] = "open",
    label: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Only issues that bear this label.")
    ] = None,
    unlabelled: Annotated[bool, Query(description="true: only issues without any label.")] = False,
    assignee: Annotated[str | None, query_name("Only issues that this login is assigned to.")] = None,
    milestone: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="Only issues in the milestone of this title."),
    ] = None,
    q: Words = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[IssueOut]:
    """List issues of the repositories you can see, oldest first; open ones unless you name a state.

    Text, milestone, comments and links are shown by get_issue only. Pull requests are no issues here.
    """
    query = select(Issue).where(in_sight(db, Issue.repository_id, repository))
    if state != "all":
        query = query.where(Issue.state == state)
    if label is not None:
        query = query.where(Issue.labels.any(Label.name == label))
    if unlabelled:
        query = query.where(~Issue.labels.any())
    if assignee is not None:
        query = query.where(Issue.assignees.any(User.id == user_called(db, assignee).id))
    if milestone is not None:
        query = query.where(Issue.milestone.has(Milestone.title == milestone))
    if q is not None:
        query = query.where(Issue.title.icontains(q, autoescape=True))
    query = query.order_by(Issue.created_at, Issue.id)
    return page_of(db, query, limit, offset, lambda row: IssueOut(**issue_fields(row)))


@app.get(
    "/repositories/{repository}/issues/{number}", operation_id="get_issue", summary="Show one issue in full"
)
async def get_issue(db: Db, repository: RepositoryName, number: Number) -> IssueDetailOut:
    """Return an issue with text, assignees, milestone, comments and links to issues and pull requests."""
    return issue_detail(db, issue_numbered(db, open_repository(db, repository), number))


@app.post(
    "/repositories/{repository}/issues",
    operation_id="create_issue",
    summary="Open an issue",
    status_code=201,
)
async def create_issue(db: Db, repository: RepositoryName, data: IssueIn) -> IssueDetailOut:
    """Open an issue in your name; it gets the repository's next number.

    Needs read permission, and triage permission for labels, assignees or a milestone. People to assign must
    be able to read the repository.
    """
    row = open_repository(db, repository, to_change=True)
    if data.labels or data.assignees or data.milestone:
        require_rank(db, row, "triage", to_change=True)
    issue = Issue(
        repository=row,
        number=next_number(db, row),
        title=data.title,
        body=data.body,
        author=me(db),
        state="open",
        milestone=open_milestone(db, row, data.milestone) if data.milestone else None,
        created_at=utc_now(),
        labels=labels_called(db, row, data.labels),
        assignees=[assignable(db, row, login) for login in data.assignees],
    )
    db.add(issue)
    db.flush()
    record(db, "create", "issue", issue.id, f"{repository}#{issue.number}")
    db.commit()
    return issue_detail(db, issue)


@app.patch(
    "/repositories/{repository}/issues/{number}",
    operation_id="update_issue",
    summary="Change, assign, close or reopen an issue",
)
async def update_issue(
    db: Db, repository: RepositoryName, number: Number, data: IssueChangeIn
) -> IssueDetailOut:
    """Change title, assignees or milestone of an issue, close it with a reason, or open it again.

    Needs triage permission. Closing needs close_reason, and the reason duplicate needs duplicate_of.
    People to assign must be able to read the repository. Labels are changed by change_labels. Refused (409)
    if nothing would change.
    """
    row = open_repository(db, repository, "triage", to_change=True)
    issue = issue_numbered(db, row, number)
    changed = data.title is not None and data.title != issue.title
    if data.title is not None:
        issue.title = data.title
    if data.milestone is not None:
        milestone = open_milestone(db, row, data.milestone)
        changed = changed or issue.milestone is not milestone
        issue.milestone = milestone
    changed = change_assignees(db, issue, data) or changed
    changed = change_state(db, issue, data) or changed
    if not changed:
        refuse("this changes nothing")
    record(db, "update", "issue", issue.id, f"{repository}#{number}")
    db.commit()
    return issue_detail(db, issue)


def change_assignees(db: Session, issue: Issue, data: IssueChangeIn) -> bool:
    """Assign and unassign people; say whether that changed anything."""
    before = set(issue.assignees)
    gone = {user_called(db, login).id for login in data.remove_assignees}
    new = [assignable(db, issue.repository, login) for login in data.add_assignees]
    kept = [user for user in issue.assignees if user.id not in gone]
    issue.assignees = kept + [user for user in new if user not in kept]
    return set(issue.assignees) != before


def change_state(db: Session, issue: Issue, data: IssueChangeIn) -> bool:
    """Close or reopen an issue if that is asked for; say whether it is."""
    if data.state is None:
        if data.close_reason or data.duplicate_of:
            raise HTTPException(422, "close_reason and duplicate_of go with the state closed")
        return False
    if data.state == issue.state:
        refuse(f"#{issue.number} is {issue.state} already")
    if (data.state == "closed") != (data.close_reason is not None):
        raise HTTPException(422, "close_reason is needed to close an issue, and only there")
    if (data.close_reason == "duplicate") != (data.duplicate_of is not None):
        raise HTTPException(422, "duplicate_of goes with the reason duplicate, and only there")
    original = issue_numbered(db, issue.repository, data.duplicate_of) if data.duplicate_of else None
    if original is issue:
        refuse("an issue is no duplicate of itself")
    issue.state, issue.close_reason, issue.duplicate_of = data.state, data.close_reason, original
    issue.closed_at = utc_now() if data.state == "closed" else None
    return True


@app.post(
    "/repositories/{repository}/labels/{number}",
    operation_id="change_labels",
    summary="Put labels on an issue or pull request, or take them off",
)
async def change_labels(db: Db, repository: RepositoryName, number: Number, data: LabelsIn) -> LabelledOut:
    """Put labels on an issue or a pull request and take labels off, in one step.

    Needs triage permission. The labels must be the repository's: get_repository lists them. Labels that are
    on already, or off already, are passed over; refused (409) if nothing would change.
    """
    row = open_repository(db, repository, "triage", to_change=True)
    if set(data.add) & set(data.remove):
        raise HTTPException(422, "the same label cannot be put on and taken off")
    target = find_numbered(db, row, number)
    new, gone = labels_called(db, row, data.add), labels_called(db, row, data.remove)
    before = list(target.labels)
    kept = [label for label in before if label not in gone]
    target.labels = kept + [label for label in new if label not in kept]
    if set(target.labels) == set(before):
        refuse("this changes nothing")
    kind: Literal["issue", "pull_request"] = "issue" if isinstance(target, Issue) else "pull_request"
    record(db, "change_labels", kind, target.id, f"{repository}#{number}")
    db.commit()
    return LabelledOut(
        repository=repository,
        number=number,
        kind=kind,
        labels=sorted(label.name for label in target.labels),
    )


def find_numbered(db: Session, repository: Repository, number: int) -> Issue | PullRequest:
    """Return the issue or pull request of a number, or answer 404."""
    query = select(PullRequest).where(
        PullRequest.repository_id == repository.id, PullRequest.number == number
    )
    return db.scalars(query).first() or issue_numbered(db, repository, number)


@app.post(
    "/repositories/{repository}/comments/{number}",
    operation_id="add_comment",
    summary="Comment on an issue or pull request",
    status_code=201,
)
async def add_comment(db: Db, repository: RepositoryName, number: Number, data: CommentIn) -> CommentOut:
    """Write a comment in your name on an issue or a pull request, in whatever state it is.

    Needs read permission. A comment cannot be changed or removed, and everyone who can read the repository
    sees it.
    """
    row = open_repository(db, repository, to_change=True)
    target = find_numbered(db, row, number)
    place = {"issue_id" if isinstance(target, Issue) else "pull_request_id": target.id}
    comment = Comment(author=me(db), body=data.body, created_at=utc_now(), **place)
    db.add(comment)
    db.flush()
    record(db, "create", "comment", comment.id, f"{repository}#{number}")
    db.commit()
    return comment_out(comment)


# Releases


@app.get("/repositories/{repository}/releases", operation_id="list_releases", summary="List the releases")
async def list_releases(
    db: Db,
    repository: RepositoryName,
    state: Annotated[ReleaseState | None, Query(description="Only releases of this state.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[ReleaseOut]:
    """List releases by the time they were drafted, newest first; that is not the order of their versions.

    The notes are shown by get_release only. A published release has a tag of the version's name.
    """
    row = open_repository(db, repository)
    query = select(Release).where(Release.repository_id == row.id)
    if state is not None:
        query = query.where(Release.state == state)
    query = query.order_by(Release.created_at.desc(), Release.id.desc())
    return page_of(db, query, limit, offset, lambda release: ReleaseOut(**release_fields(release)))


def release_with_id(
    db: Session, release_id: int, needed: Permission = "read", *, to_change: bool = False
) -> Release:
    """Return a release in a repository on which the user has the permission needed."""
    release = only_row(db, select(Release).where(Release.id == release_id), f"release {release_id}")
    require_rank(db, release.repository, needed, to_change=to_change)
    return release


@app.get("/releases/{release_id}", operation_id="get_release", summary="Show one release with its notes")
async def get_release(db: Db, release_id: Annotated[int, path_id("release")]) -> ReleaseDetailOut:
    """Return a release with the commit it is tagged at and its notes. Ids come from list_releases."""
    return release_detail(release_with_id(db, release_id))


@app.post(
    "/repositories/{repository}/releases",
    operation_id="create_release",
    summary="Draft a release",
    status_code=201,
)
async def create_release(db: Db, repository: RepositoryName, data: ReleaseIn) -> ReleaseDetailOut:
    """Draft a release of a version with empty notes; nobody outside sees it before it is published.

    Needs write permission. A version with -rc is a prerelease. Neither version nor branch of a draft can be
    changed, and it cannot be withdrawn. Refused (409) if the version was drafted, published or tagged before.
    """
    row = open_repository(db, repository, "write", to_change=True)
    branch_called(db, row, data.target_branch)
    for model, column in ((Release, Release.version), (Tag, Tag.name)):
        taken = select(model.id).where(model.repository_id == row.id, column == data.version)
        if db.scalars(taken.limit(1)).first() is not None:
            refuse(f"{data.version} exists in {repository} already")
    release = Release(
        repository=row,
        state="draft",
        is_prerelease="-rc." in data.version,
        author=me(db),
        created_at=utc_now(),
        **data.model_dump(),
    )
    db.add(release)
    db.flush()
    record(db, "create", "release", release.id, f"{repository} {data.version}")
    db.commit()
    return release_detail(release)


@app.put(
    "/releases/{release_id}/notes/{number}",
    operation_id="set_release_note",
    summary="List a merged pull request in the notes of a draft",
)
async def set_release_note(
    db: Db,
    release_id: Annotated[int, path_id("release")],
    number: Annotated[int, Path(ge=1, le=MAX_ID, description="Number of a merged pull request.")],
    data: NoteIn,
) -> ReleaseDetailOut:
    """List a merged pull request in a section of a draft's notes, move it to another, or take it out.

    Needs write permission. The pull request must be of the same repository; it is listed once, and its title
    is the text of the line. Whether it is part of the release is not checked. Refused (409) once the release
    is published, or if nothing changes.
    """
    release = release_with_id(db, release_id, "write", to_change=True)
    pull = pull_numbered(db, release.repository, number)
    if release.state != "draft":
        refuse(f"{release.version} is published: its notes are final")
    if pull.state != "merged":
        refuse(f"#{number} is {pull.state}, not merged")
    note = next((row for row in release.notes if row.pull_request_id == pull.id), None)
    if (note.section if note else None) == data.section:
        refuse("this changes nothing")
    if data.section is None:
        release.notes.remove(note)
    elif note is not None:
        note.section = data.section
    else:
        release.notes.append(ReleaseNote(pull_request=pull, section=data.section))
    record(db, "set_note", "release", release.id, f"{release.version}: #{number}")
    db.commit()
    return release_detail(release)


@app.post("/releases/{release_id}/publish", operation_id="publish_release", summary="Publish a draft")
async def publish_release(db: Db, release_id: Annotated[int, path_id("release")]) -> ReleaseDetailOut:
    """Publish a draft: tag the present head of its target branch with the version, for good.

    Needs write permission. Refused (409) if it has no notes, or if a published release is tagged at that
    commit already. Neither the tag nor the notes can be changed afterwards.
    """
    release = release_with_id(db, release_id, "write", to_change=True)
    row = release.repository
    if release.state != "draft":
        refuse(f"{release.version} is published already")
    if not release.notes:
        refuse(f"{release.version} has no notes")
    head = branch_called(db, row, release.target_branch).head_commit_id
    if (tag := db.scalars(select(Tag).where(Tag.commit_id == head).limit(1)).first()) is not None:
        refuse(f"the head of {release.target_branch} is tagged {tag.name}: there is nothing new to release")
    release.tag = Tag(repository_id=row.id, name=release.version, commit_id=head)
    release.state, release.published_at = "published", utc_now()
    db.flush()
    record(db, "publish", "release", release.id, f"{row.name} {release.version}")
    db.commit()
    return release_detail(release)


# Webhooks


@app.get("/webhooks", operation_id="list_webhooks", summary="List webhooks with their latest deliveries")
async def list_webhooks(
    db: Db,
    repository: InRepository = None,
    created_by: Annotated[str | None, query_name("Only webhooks that this login created.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[WebhookOut]:
    """List webhooks by id, of the repositories on which you have admin permission.

    Each is shown with the latest deliveries; a status code of 400 or more means that the delivery failed.
    """
    query = select(Webhook).where(in_sight(db, Webhook.repository_id, repository, "admin"))
    if created_by is not None:
        query = query.where(Webhook.created_by_id == user_called(db, created_by).id)
    return page_of(db, query.order_by(Webhook.id), limit, offset, webhook_out)


@app.patch("/webhooks/{webhook_id}", operation_id="update_webhook", summary="Change or switch off a webhook")
async def update_webhook(
    db: Db, webhook_id: Annotated[int, path_id("webhook")], data: WebhookIn
) -> WebhookOut:
    """Change a webhook's address or events, or switch it off or on.

    Needs admin permission on its repository. events replaces the whole list. Refused (409) if another
    webhook of the repository has that address, or if nothing would change.
    """
    hook = only_row(db, select(Webhook).where(Webhook.id == webhook_id), f"webhook {webhook_id}")
    require_rank(db, hook.repository, "admin", to_change=True)
    before = webhook_out(hook)
    taken = select(Webhook.id).where(
        Webhook.repository_id == hook.repository_id, Webhook.url == data.url, Webhook.id != hook.id
    )
    if data.url is not None and db.scalars(taken.limit(1)).first() is not None:
        refuse(f"another webhook of {hook.repository.name} has the address {data.url}")
    if data.url is not None:
        hook.url = data.url
    if data.is_active is not None:
        hook.is_active = data.is_active
    if data.events is not None:
        kept = [row for row in hook.events if row.event in data.events]
        new = set(data.events) - {row.event for row in kept}
        hook.events = kept + [WebhookEvent(event=name) for name in sorted(new)]
    db.flush()
    db.refresh(hook, ["events"])
    after = webhook_out(hook)
    if after == before:
        refuse("this changes nothing")
    record(db, "update", "webhook", hook.id, hook.repository.name)
    db.commit()
    return after


# Deployments


@app.get("/deployments", operation_id="list_deployments", summary="Find deployments")
async def list_deployments(
    db: Db,
    repository: InRepository = None,
    environment: Annotated[
        str | None, query_name("Only those to the environment of this name, e.g. staging.")
    ] = None,
    status: Annotated[DeploymentStatus | None, Query(description="Only deployments of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[DeploymentOut]:
    """List deployments of the repositories you can see, newest first, with the decisions on them.

    waiting means that the approvals which the environment demands are missing.
    """
    query = select(Deployment).join(Environment, Environment.id == Deployment.environment_id)
    query = query.where(in_sight(db, Environment.repository_id, repository))
    if environment is not None:
        query = query.where(Environment.name == environment)
    if status is not None:
        query = query.where(Deployment.status == status)
    query = query.order_by(Deployment.created_at.desc(), Deployment.id.desc())
    return page_of(db, query, limit, offset, deployment_out)


@app.post(
    "/deployments/{deployment_id}/review",
    operation_id="review_deployment",
    summary="Approve or reject a waiting deployment",
)
async def review_deployment(
    db: Db, deployment_id: Annotated[int, path_id("deployment")], data: DeploymentReviewIn
) -> DeploymentOut:
    """Decide on a waiting deployment, for good. With the last approval it is queued; a rejection ends it.

    You must belong to a reviewing team of the environment (get_repository). A rejection needs a comment.
    Refused (409) if you have decided already, before the environment's wait time is over, and for your own
    deployment where the environment forbids that.
    """
    query = select(Deployment).where(Deployment.id == deployment_id)
    deployment = only_row(db, query, f"deployment {deployment_id}")
    place = deployment.environment
    require_rank(db, place.repository, "read", to_change=True)
    if all(CURRENT_USER_ID not in {user.id for user in team.members} for team in place.reviewers):
        raise HTTPException(
            403, f"you are in no team that decides on {place.name} of {place.repository.name}"
        )
    if deployment.status != "waiting":
        refuse(f"deployment {deployment_id} is {deployment.status}")
    if place.prevent_self_review and deployment.creator_id == CURRENT_USER_ID:
        refuse(f"{place.name} forbids decisions on one's own deployments")
    if any(review.reviewer_id == CURRENT_USER_ID for review in deployment.reviews):
        refuse("you have decided already")
    now = utc_now()
    if now < deployment.created_at + timedelta(minutes=place.wait_minutes):
        refuse(f"{place.name} takes decisions {place.wait_minutes} minutes after the request at the earliest")
    if data.decision == "reject" and not data.comment:
        raise HTTPException(422, "a rejection needs a comment")
    review = DeploymentReview(reviewer=me(db), created_at=now, **data.model_dump())
    deployment.reviews.append(review)
    if data.decision == "reject":
        deployment.status, deployment.finished_at = "rejected", now
    elif sum(row.decision == "approve" for row in deployment.reviews) >= place.required_approvals:
        deployment.status = "queued"
    record(db, data.decision, "deployment", deployment.id, f"{place.repository.name}: {place.name}")
    db.commit()
    return deployment_out(deployment)


# Security advisories


@app.get("/advisories", operation_id="list_advisories", summary="Find security advisories")
async def list_advisories(
    db: Db,
    repository: InRepository = None,
    state: Annotated[AdvisoryState | None, Query(description="Only advisories of this state.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[AdvisoryOut]:
    """List advisories by id, of the repositories on which you have write permission."""
    query = select(Advisory).where(in_sight(db, Advisory.repository_id, repository, "write"))
    if state is not None:
        query = query.where(Advisory.state == state)
    return page_of(
        db, query.order_by(Advisory.id), limit, offset, lambda row: AdvisoryOut(**advisory_fields(row))
    )


def advisory_with_id(db: Session, advisory_id: int, *, to_change: bool) -> Advisory:
    """Return an advisory in a repository on which the user has write permission."""
    advisory = only_row(db, select(Advisory).where(Advisory.id == advisory_id), f"advisory {advisory_id}")
    require_rank(db, advisory.repository, "write", to_change=to_change)
    return advisory


@app.get("/advisories/{advisory_id}", operation_id="get_advisory", summary="Show one advisory in full")
async def get_advisory(db: Db, advisory_id: Annotated[int, path_id("advisory")]) -> AdvisoryDetailOut:
    """Return an advisory with its score, its embargo and the pull request that fixes it.

    Needs write permission on its repository. Ids come from list_advisories.
    """
    return advisory_detail(advisory_with_id(db, advisory_id, to_change=False))


@app.patch(
    "/advisories/{advisory_id}", operation_id="update_advisory", summary="Change or publish an advisory"
)
async def update_advisory(
    db: Db, advisory_id: Annotated[int, path_id("advisory")], data: AdvisoryIn
) -> AdvisoryDetailOut:
    """State severity or patched version of an advisory, and move it on, in one step or several.

    Needs write permission on its repository. Publishing is public at once and final; it needs a severity and
    a patched version, which may come in the same step. Whether that version contains the fix is not checked.
    Published and closed advisories cannot be changed. Refused (409) if nothing would change.
    """
    advisory = advisory_with_id(db, advisory_id, to_change=True)
    if advisory.state in ("published", "closed"):
        refuse(f"{advisory.identifier} is {advisory.state}")
    changes = data.model_dump(exclude_none=True)
    if all(getattr(advisory, name) == value for name, value in changes.items()):
        refuse("this changes nothing")
    steps = {("triage", "draft"), ("triage", "closed"), ("draft", "published"), ("draft", "closed")}
    if data.state not in (None, advisory.state) and (advisory.state, data.state) not in steps:
        refuse(f"{advisory.identifier} cannot go from {advisory.state} to {data.state}")
    for name, value in changes.items():
        setattr(advisory, name, value)
    if advisory.state == "published":
        if advisory.severity is None or advisory.patched_version is None:
            refuse("publishing needs a severity and a patched version")
        advisory.published_at = utc_now()
    record(db, "update", "advisory", advisory.id, f"{advisory.identifier}: {advisory.state}")
    db.commit()
    return advisory_detail(advisory)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.getenv("PORT", "8000")))
