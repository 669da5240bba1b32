"""The back office of Thistledown Community Bank: one FastAPI app over a double-entry ledger in SQLite.

Money is integer cents. No balance is stored anywhere: what an account holds is the sum of its posted
postings. `post` is the only way into the ledger and takes nothing but balanced lines; no endpoint changes or
removes a posting, and what was posted wrongly is mirrored by a reversal. Amounts above the officer's posting
limit become pending, with an approval that somebody else has to decide. Times are bank time, which is UTC.

What must never happen is refused here, with 409 and the reason in words. What an officer has to judge stands
in the policies, which are documents. Every change writes one row of the audit log.
"""

import json
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import (
    ForeignKey,
    Select,
    Text,
    UniqueConstraint,
    and_,
    case,
    create_engine,
    event,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.sqlite import DATETIME, TIME
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

OFFICER_ID = 1
MAX_ID = 2**31 - 1
MAX_CENTS = 10**11
MAX_OVERDRAFT_CENTS = 200_000
MAX_DAILY_LIMIT_CENTS = 5_000_000
DISPUTE_DAYS = 120

engine = create_engine(os.getenv("DATABASE_PATH", "sqlite:///banking_ledger_1.db"))
SessionLocal = sessionmaker(bind=engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def check_foreign_keys(connection: Any, _record: Any) -> None:
    """Have SQLite check foreign keys on this connection."""
    connection.execute("PRAGMA foreign_keys = ON")


# --- Vocabulary -----------------------------------------------------------------------------------

Role = Literal["operations_officer", "operations_manager", "teller", "compliance", "system"]
PolicyStatus = Literal["in_force", "superseded"]
GlCategory = Literal["asset", "liability", "equity", "income", "expense"]
Rail = Literal["internal", "ach", "wire"]
ProductKind = Literal["checking", "savings", "loan"]
CustomerKind = Literal["person", "business"]
Risk = Literal["low", "medium", "high"]
AccountStatus = Literal["active", "frozen", "dormant", "closed"]
HolderRole = Literal["owner", "joint", "signatory"]
HoldKind = Literal["card_authorisation", "deposit_check", "internal_review", "legal_order"]
JournalKind = Literal[
    "opening",
    "cash",
    "incoming",
    "transfer",
    "standing_order",
    "card",
    "loan_payment",
    "fee",
    "fee_waiver",
    "provisional_credit",
    "interest_accrual",
    "interest_payment",
    "manual",
    "correction",
    "reversal",
]
JournalStatus = Literal["pending", "posted", "rejected"]
Side = Literal["debit", "credit"]
BeneficiaryStatus = Literal["active", "blocked"]
ScreeningStatus = Literal["open", "cleared", "confirmed"]
TransferStatus = Literal["pending_approval", "booked", "rejected", "cancelled"]
ApprovalKind = Literal["transfer", "journal"]
ApprovalStatus = Literal["pending", "approved", "rejected", "withdrawn"]
RejectReason = Literal[
    "new_beneficiary",
    "missing_call_back",
    "missing_documents",
    "suspected_splitting",
    "duplicate",
    "other",
]
Frequency = Literal["weekly", "monthly", "quarterly"]
OrderStatus = Literal["active", "paused", "cancelled"]
CardStatus = Literal["active", "blocked", "lost", "stolen", "expired"]
EntryMode = Literal["chip_pin", "contactless", "online", "recurring"]
CardTransactionStatus = Literal["authorised", "settled", "declined"]
DisputeReason = Literal["unauthorised", "not_received", "duplicate", "wrong_amount"]
DisputeStatus = Literal["open", "won", "lost"]
FeeStatus = Literal["charged", "waived"]
WaiverGround = Literal["bank_error", "cured_overdraft", "hardship", "goodwill"]
RequestChannel = Literal["secure_message", "letter", "phone", "branch"]
RequestTopic = Literal["payment", "fee", "standing_order", "card", "account", "other"]
RequestStatus = Literal["open", "done", "declined"]
AuditEntity = Literal[
    "account",
    "approval",
    "beneficiary",
    "card",
    "dispute",
    "fee",
    "hold",
    "interest_accrual",
    "journal",
    "note",
    "service_request",
    "standing_order",
    "statement",
    "transfer",
]

REVERSIBLE = ("cash", "incoming", "manual", "correction")
"""The kinds of journal that are reversed by hand; others hang on a transfer, a fee, a card or interest."""

DISPUTES, OUTGOING, INTEREST_PAYABLE, INTEREST_EXPENSE = "1310", "2100", "2200", "5010"
"""Codes of the general-ledger accounts to which the app itself posts."""


# --- Tables: columns, keys and uniqueness; CHECK constraints and indexes stand in schema.sql ------


class Base(DeclarativeBase):
    """The declarative base: text is TEXT, times have no microseconds."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: DATETIME(truncate_microseconds=True),
        time: TIME(truncate_microseconds=True),
    }


class Branch(Base):
    """A branch of the bank."""

    __tablename__ = "branches"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Staff(Base):
    """Somebody who works here, or the overnight batch; id 1 is signed in."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    posting_limit_cents: Mapped[int]
    approval_limit_cents: Mapped[int]
    is_active: Mapped[bool]


class Policy(Base):
    """A version of a written policy."""

    __tablename__ = "policies"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    effective_from: Mapped[date]
    body: Mapped[str]
    __table_args__ = (UniqueConstraint("code", "version"),)


class BankHoliday(Base):
    """A weekday on which nothing settles."""

    __tablename__ = "bank_holidays"
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]


class GlAccount(Base):
    """An account of the general ledger; a control account is the sum of the customer accounts behind it."""

    __tablename__ = "gl_accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    category: Mapped[str]
    is_control: Mapped[bool]


class FeeType(Base):
    """A fee of the price list."""

    __tablename__ = "fee_types"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    amount_cents: Mapped[int]
    income_gl_account_id: Mapped[int] = mapped_column(ForeignKey("gl_accounts.id"))


class PaymentRail(Base):
    """A way for money to travel, with its cut-off and the business days it takes."""

    __tablename__ = "payment_rails"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    cut_off: Mapped[time]
    settlement_days: Mapped[int]
    max_amount_cents: Mapped[int]
    fee_type_id: Mapped[int | None] = mapped_column(ForeignKey("fee_types.id"))

    fee_type: Mapped[FeeType | None] = relationship()

    @property
    def fee_cents(self) -> int:
        """What a payment by this rail costs the sender."""
        return self.fee_type.amount_cents if self.fee_type else 0


class Product(Base):
    """A product that accounts are opened under."""

    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    segment: Mapped[str]
    control_gl_account_id: Mapped[int] = mapped_column(ForeignKey("gl_accounts.id"))
    min_balance_cents: Mapped[int]

    rates: Mapped[list["InterestRate"]] = relationship(order_by="InterestRate.valid_from")


class InterestRate(Base):
    """The yearly rate of a product from a day on, in hundredths of a percent."""

    __tablename__ = "interest_rates"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    annual_bps: Mapped[int]
    valid_from: Mapped[date]
    __table_args__ = (UniqueConstraint("product_id", "valid_from"),)


class Customer(Base):
    """A person or a business that banks here."""

    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_no: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    kind: Mapped[str]
    born_on: Mapped[date | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    address: Mapped[str]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))
    risk_rating: Mapped[str]
    customer_since: Mapped[date]

    branch: Mapped[Branch] = relationship()
    notes: Mapped[list["Note"]] = relationship(order_by="Note.created_at, Note.id")


class AccountHolder(Base):
    """Who holds an account: an owner, a joint holder, or a signatory who may only draw on it."""

    __tablename__ = "account_holders"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    role: Mapped[str]

    customer: Mapped[Customer] = relationship()

    @property
    def customer_name(self) -> str:
        """The holder's name."""
        return self.customer.full_name


class Account(Base):
    """A customer account. Its balance is nowhere but in its postings."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    status: Mapped[str]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    overdraft_limit_cents: Mapped[int]
    daily_transfer_limit_cents: Mapped[int]
    updated_at: Mapped[datetime]

    product: Mapped[Product] = relationship()
    holders: Mapped[list[AccountHolder]] = relationship(order_by="AccountHolder.customer_id")

    @property
    def is_loan(self) -> bool:
        """Whether it is a loan, which the bank lends, and no deposit, which the bank owes."""
        return self.product.kind == "loan"

    @property
    def product_name(self) -> str:
        """The product's name."""
        return self.product.name

    @property
    def kind(self) -> str:
        """The product's kind."""
        return self.product.kind

    @property
    def holder_names(self) -> list[str]:
        """The names of all who hold it."""
        return [holder.customer_name for holder in self.holders]

    @property
    def holder_ids(self) -> set[int]:
        """The ids of all who hold it."""
        return {holder.customer_id for holder in self.holders}


class Hold(Base):
    """An amount that lies on an account but cannot be used."""

    __tablename__ = "holds"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    amount_cents: Mapped[int]
    reference: Mapped[str]
    expires_on: Mapped[date | None]
    status: Mapped[str]
    placed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    placed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class Journal(Base):
    """An entry of the ledger: lines that balance, posted together or not at all."""

    __tablename__ = "journals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    reference: Mapped[str]
    description: Mapped[str]
    status: Mapped[str]
    value_date: Mapped[date]
    reversal_of: Mapped[int | None] = mapped_column(ForeignKey("journals.id"), unique=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    posted_at: Mapped[datetime | None]

    lines: Mapped[list["Posting"]] = relationship(order_by="Posting.line_no", back_populates="journal")
    creator: Mapped[Staff] = relationship(foreign_keys=[created_by])
    reversal: Mapped["Journal | None"] = relationship(
        foreign_keys=[reversal_of], uselist=False, viewonly=True
    )

    @property
    def total_cents(self) -> int:
        """The sum of its debits, which is the sum of its credits."""
        return sum(line.amount_cents for line in self.lines if line.side == "debit")

    @property
    def reversed_by(self) -> int | None:
        """The id of the journal that reverses it, if one does."""
        return self.reversal.id if self.reversal else None

    @property
    def created_by_name(self) -> str:
        """Who entered it."""
        return self.creator.full_name


class Posting(Base):
    """A line of a journal: a debit or a credit of one account."""

    __tablename__ = "postings"
    id: Mapped[int] = mapped_column(primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"))
    line_no: Mapped[int]
    gl_account_id: Mapped[int] = mapped_column(ForeignKey("gl_accounts.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    side: Mapped[str]
    amount_cents: Mapped[int]
    __table_args__ = (UniqueConstraint("journal_id", "line_no"),)

    journal: Mapped[Journal] = relationship(back_populates="lines")
    gl_account: Mapped[GlAccount] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def gl_code(self) -> str:
        """The code of the general-ledger account."""
        return self.gl_account.code

    @property
    def gl_name(self) -> str:
        """The name of the general-ledger account."""
        return self.gl_account.name


class Beneficiary(Base):
    """An account at another bank that a customer pays to."""

    __tablename__ = "beneficiaries"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    name: Mapped[str]
    bank_name: Mapped[str]
    routing_no: Mapped[str]
    account_no: Mapped[str]
    status: Mapped[str]
    registered_on: Mapped[date]
    registered_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    __table_args__ = (UniqueConstraint("customer_id", "routing_no", "account_no"),)

    customer: Mapped[Customer] = relationship()
    screenings: Mapped[list["Screening"]] = relationship(order_by="Screening.id")

    @property
    def customer_name(self) -> str:
        """Whose beneficiary it is."""
        return self.customer.full_name


class WatchlistEntry(Base):
    """A name on a sanctions or watch list."""

    __tablename__ = "watchlist_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    list_code: Mapped[str]
    name: Mapped[str]
    alias: Mapped[str | None]
    country: Mapped[str]
    listed_on: Mapped[date]


class Screening(Base):
    """A match of a beneficiary's name with a list; compliance decides whether it is the same person."""

    __tablename__ = "screenings"
    id: Mapped[int] = mapped_column(primary_key=True)
    beneficiary_id: Mapped[int] = mapped_column(ForeignKey("beneficiaries.id"))
    watchlist_entry_id: Mapped[int] = mapped_column(ForeignKey("watchlist_entries.id"))
    status: Mapped[str]
    screened_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    comment: Mapped[str]
    __table_args__ = (UniqueConstraint("beneficiary_id", "watchlist_entry_id"),)

    entry: Mapped[WatchlistEntry] = relationship()

    @property
    def list_code(self) -> str:
        """The list that holds the name."""
        return self.entry.list_code

    @property
    def listed_name(self) -> str:
        """The name as listed."""
        return self.entry.name


class Transfer(Base):
    """A payment out of an account, to another account here or to a beneficiary elsewhere."""

    __tablename__ = "transfers"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    rail_id: Mapped[int] = mapped_column(ForeignKey("payment_rails.id"))
    to_account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    beneficiary_id: Mapped[int | None] = mapped_column(ForeignKey("beneficiaries.id"))
    amount_cents: Mapped[int]
    purpose: Mapped[str]
    status: Mapped[str]
    value_date: Mapped[date]
    requested_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    requested_at: Mapped[datetime]
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("journals.id"), unique=True)

    rail_row: Mapped[PaymentRail] = relationship()
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    to_account: Mapped[Account | None] = relationship(foreign_keys=[to_account_id])
    beneficiary: Mapped[Beneficiary | None] = relationship()
    requester: Mapped[Staff] = relationship()
    approval: Mapped["Approval | None"] = relationship(viewonly=True)

    @property
    def rail(self) -> str:
        """The rail's code."""
        return self.rail_row.code

    @property
    def requested_by_name(self) -> str:
        """Who entered it."""
        return self.requester.full_name

    @property
    def approval_id(self) -> int | None:
        """The approval it waited or waits for."""
        return self.approval.id if self.approval else None


class Approval(Base):
    """A second officer's decision on a transfer or a manual journal."""

    __tablename__ = "approvals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"), unique=True)
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("journals.id"), unique=True)
    status: Mapped[str]
    requested_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    requested_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    comment: Mapped[str]

    transfer: Mapped[Transfer | None] = relationship()
    journal: Mapped[Journal | None] = relationship()
    requester: Mapped[Staff] = relationship(foreign_keys=[requested_by])

    @property
    def amount_cents(self) -> int:
        """The amount to be decided on."""
        if self.transfer is not None:
            return self.transfer.amount_cents
        return self.journal.total_cents if self.journal is not None else 0

    @property
    def requested_by_name(self) -> str:
        """Who asks for it."""
        return self.requester.full_name


class StandingOrder(Base):
    """A payment that the overnight batch repeats; a run on no business day moves to the next one."""

    __tablename__ = "standing_orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    to_account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    beneficiary_id: Mapped[int | None] = mapped_column(ForeignKey("beneficiaries.id"))
    amount_cents: Mapped[int]
    purpose: Mapped[str]
    frequency: Mapped[str]
    next_run_on: Mapped[date]
    status: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    to_account: Mapped[Account | None] = relationship(foreign_keys=[to_account_id])
    beneficiary: Mapped[Beneficiary | None] = relationship()

    @property
    def payee(self) -> str:
        """Whom it pays: a beneficiary's name, or the holders and number of an account here."""
        if self.beneficiary is not None:
            return self.beneficiary.name
        if self.to_account is None:
            return ""
        return f"{', '.join(self.to_account.holder_names)} ({self.to_account.number})"


class Card(Base):
    """A debit card of an account."""

    __tablename__ = "cards"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    last4: Mapped[str]
    status: Mapped[str]
    daily_limit_cents: Mapped[int]
    expires_on: Mapped[date]
    updated_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
    customer: Mapped[Customer] = relationship()

    @property
    def customer_name(self) -> str:
        """Who carries it."""
        return self.customer.full_name


class CardTransaction(Base):
    """A use of a card: authorised (its hold waits to be settled), settled (posted), or declined."""

    __tablename__ = "card_transactions"
    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id"))
    merchant: Mapped[str]
    entry_mode: Mapped[str]
    amount_cents: Mapped[int]
    happened_at: Mapped[datetime]
    status: Mapped[str]
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("journals.id"), unique=True)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("holds.id"), unique=True)

    card: Mapped[Card] = relationship()
    dispute: Mapped["Dispute | None"] = relationship(back_populates="card_transaction")

    @property
    def dispute_id(self) -> int | None:
        """The dispute about it, if there is one."""
        return self.dispute.id if self.dispute else None


class Dispute(Base):
    """A claim that a card transaction was wrong; the journal is its provisional credit, if one was given."""

    __tablename__ = "disputes"
    id: Mapped[int] = mapped_column(primary_key=True)
    card_transaction_id: Mapped[int] = mapped_column(ForeignKey("card_transactions.id"), unique=True)
    reason: Mapped[str]
    status: Mapped[str]
    opened_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("journals.id"), unique=True)

    card_transaction: Mapped[CardTransaction] = relationship(back_populates="dispute")


class Fee(Base):
    """A fee that an account was charged."""

    __tablename__ = "fees"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    fee_type_id: Mapped[int] = mapped_column(ForeignKey("fee_types.id"))
    amount_cents: Mapped[int]
    charged_on: Mapped[date]
    status: Mapped[str]
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"))
    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"), unique=True)

    account: Mapped[Account] = relationship()
    fee_type: Mapped[FeeType] = relationship()
    waiver: Mapped["FeeWaiver | None"] = relationship(back_populates="fee")

    @property
    def fee_code(self) -> str:
        """The code in the price list."""
        return self.fee_type.code

    @property
    def fee_name(self) -> str:
        """The name in the price list."""
        return self.fee_type.name

    @property
    def waiver_ground(self) -> str | None:
        """On which ground it was waived, if it was."""
        return self.waiver.ground if self.waiver else None

    @property
    def waived_on(self) -> date | None:
        """When it was waived, if it was."""
        return self.waiver.granted_at.date() if self.waiver else None


class FeeWaiver(Base):
    """On which ground a fee was given back, and by whom."""

    __tablename__ = "fee_waivers"
    id: Mapped[int] = mapped_column(primary_key=True)
    fee_id: Mapped[int] = mapped_column(ForeignKey("fees.id"), unique=True)
    ground: Mapped[str]
    comment: Mapped[str]
    granted_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    granted_at: Mapped[datetime]
    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"), unique=True)

    fee: Mapped[Fee] = relationship(back_populates="waiver")


class AccrualPeriod(Base):
    """A month of the books; a closed one takes no more postings."""

    __tablename__ = "accrual_periods"
    id: Mapped[int] = mapped_column(primary_key=True)
    first_day: Mapped[date] = mapped_column(unique=True)
    last_day: Mapped[date] = mapped_column(unique=True)
    status: Mapped[str]


class InterestAccrual(Base):
    """Interest that an account earned in some days of a month, paid out or not yet."""

    __tablename__ = "interest_accruals"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("accrual_periods.id"))
    from_day: Mapped[date]
    to_day: Mapped[date]
    amount_cents: Mapped[int]
    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"))
    payment_journal_id: Mapped[int | None] = mapped_column(ForeignKey("journals.id"))
    __table_args__ = (UniqueConstraint("account_id", "from_day"),)

    period: Mapped[AccrualPeriod] = relationship()

    @property
    def is_paid(self) -> bool:
        """Whether it was paid out."""
        return self.payment_journal_id is not None


class Statement(Base):
    """A statement of an account: its balance at both ends by value date."""

    __tablename__ = "statements"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    from_day: Mapped[date]
    to_day: Mapped[date]
    opening_cents: Mapped[int]
    closing_cents: Mapped[int]
    posting_count: Mapped[int]
    issued_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    issued_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("account_id", "from_day"),)


class ServiceRequest(Base):
    """Something a customer asks the bank to do."""

    __tablename__ = "service_requests"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    channel: Mapped[str]
    topic: Mapped[str]
    body: Mapped[str]
    received_at: Mapped[datetime]
    status: Mapped[str]
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    handled_at: Mapped[datetime | None]
    comment: Mapped[str]

    customer: Mapped[Customer] = relationship()

    @property
    def customer_name(self) -> str:
        """Who asks."""
        return self.customer.full_name


class Note(Base):
    """A note by staff on a customer's record."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[str]
    created_at: Mapped[datetime]

    author: Mapped[Staff] = relationship()

    @property
    def author_name(self) -> str:
        """Who wrote it."""
        return self.author.full_name


class AuditLog(Base):
    """A change that somebody made."""

    __tablename__ = "audit_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[int]
    detail: Mapped[str]


Base.metadata.create_all(engine)


# --- Types of arguments ---------------------------------------------------------------------------


def _printable(value: str) -> str:
    if any(ord(char) < 32 and char not in "\n\t" for char in value):
        raise ValueError("must not contain control characters")
    return value


def _within_years(value: date) -> date:
    if not 2000 <= value.year <= 2099:
        raise ValueError("the year must lie between 2000 and 2099")
    return value


Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Cents = Annotated[int, Field(ge=1, le=MAX_CENTS)]
Day = Annotated[date, AfterValidator(_within_years)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_printable)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=140), AfterValidator(_printable)
]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_printable)]
Paragraph = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_printable)
]
RoutingNo = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
AccountNo = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,17}$")]

Limit = Annotated[int, Query(ge=1, le=100, description="At most this many items are returned.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="This many items are skipped first.")]


def path_id(what: str) -> Any:
    """Declare an id in the path."""
    return Path(ge=1, le=MAX_ID, description=f"Id of the {what}.")


def query_id(what: str) -> Any:
    """Declare an id as a filter."""
    return Query(ge=1, le=MAX_ID, description=what)


# --- Requests -------------------------------------------------------------------------------------


class Body(BaseModel):
    """A request body; a field it does not know is refused, so that a slip of the pen is not ignored."""

    model_config = ConfigDict(extra="forbid")


class AccountIn(Body):
    """What to change on an account."""

    status: Literal["active", "frozen"] | None = Field(
        None, description="frozen stops every debit, active lifts that; leave out to keep the status."
    )
    overdraft_limit_cents: int | None = Field(
        None, ge=0, le=MAX_CENTS, description="New overdraft limit in cents, checking accounts only."
    )
    daily_transfer_limit_cents: int | None = Field(
        None, ge=0, le=MAX_CENTS, description="New limit in cents for all transfers of one day together."
    )


class HoldIn(Body):
    """An amount to hold."""

    kind: Literal["deposit_check", "internal_review", "legal_order"] = Field(description="Why it is held.")
    amount_cents: Cents = Field(description="The amount in cents.")
    reference: Line = Field(description="What the hold goes back to, such as a court's file number.")
    expires_on: Day | None = Field(
        None,
        description="Last day on which the hold counts; null for a hold that stays until it is released.",
    )


class JournalLineIn(Body):
    """A line of a manual journal."""

    gl_account_id: Id = Field(description="Id of the general-ledger account, from list_gl_accounts.")
    side: Side = Field(description="debit or credit.")
    amount_cents: Cents = Field(description="The amount in cents, always positive.")
    account_id: Id | None = Field(
        None, description="The customer account: required behind a control account, forbidden elsewhere."
    )


class JournalIn(Body):
    """A journal to enter by hand."""

    kind: Literal["manual", "correction"] = Field(
        description="correction if it replaces a journal that was reversed, otherwise manual."
    )
    value_date: Day = Field(
        description="Value date, e.g. 2026-05-04; not in a closed month, nor after today."
    )
    reference: Line = Field(description="Reference by which the journal can be found again.")
    description: Line = Field(description="What the journal is for, in a few words.")
    lines: list[JournalLineIn] = Field(
        min_length=2, max_length=20, description="The lines; their debits and credits must be equal."
    )


class ReversalIn(Body):
    """Why a journal is reversed."""

    description: Line = Field(description="Why the journal is reversed, in a few words.")


class BeneficiaryIn(Body):
    """An account at another bank to register."""

    customer_id: Id = Field(description="The customer who will pay to it.")
    name: Line = Field(description="Name of the payee.")
    bank_name: Line = Field(description="Name of the payee's bank.")
    routing_no: RoutingNo = Field(description="Routing number of that bank, nine digits.")
    account_no: AccountNo = Field(description="The payee's account number there, 4 to 17 digits.")


class TransferIn(Body):
    """A payment to enter."""

    account_id: Id = Field(description="The account to pay from.")
    rail: Rail = Field(description="internal for an account here; ach or wire for a beneficiary.")
    amount_cents: Cents = Field(description="The amount in cents.")
    purpose: Line = Field(description="Purpose that the payee will read.")
    to_account_id: Id | None = Field(None, description="The account here to pay to, for rail internal only.")
    beneficiary_id: Id | None = Field(None, description="The beneficiary to pay to, for ach and wire only.")


class DecisionIn(Body):
    """A second officer's decision."""

    decision: Literal["approve", "reject"] = Field(description="approve books it at once; reject ends it.")
    reason: RejectReason | None = Field(
        None, description="Why it is rejected; required then, forbidden else."
    )
    comment: Comment = Field("", description="Anything the requester should read.")


class StandingOrderIn(Body):
    """What to change on a standing order; what is left out stays."""

    account_id: Id | None = Field(None, description="Account to be debited from now on.")
    beneficiary_id: Id | None = Field(None, description="Beneficiary to be paid from now on.")
    amount_cents: Cents | None = Field(None, description="New amount in cents.")
    next_run_on: Day | None = Field(None, description="New next run, after today.")
    status: OrderStatus | None = Field(None, description="New status; cancelled is final.")


class CardIn(Body):
    """What to change on a card; what is left out stays."""

    status: Literal["active", "blocked", "lost", "stolen"] | None = Field(
        None, description="blocked can be lifted with active; lost and stolen are final."
    )
    daily_limit_cents: int | None = Field(
        None, ge=0, le=MAX_DAILY_LIMIT_CENTS, description="New daily limit in cents."
    )


class DisputeIn(Body):
    """A claim about a card transaction."""

    reason: DisputeReason = Field(description="What the customer says is wrong with it.")
    provisional_credit: bool = Field(
        description="true to credit the amount to the account at once; the dispute policy says when."
    )


class WaiverIn(Body):
    """The ground of a waiver."""

    ground: WaiverGround = Field(description="Ground on which the fee is given back, as the policy names it.")
    comment: Comment = Field("", description="Anything worth recording.")


class AccrualIn(Body):
    """How far interest is to be accrued."""

    to_day: Day = Field(description="Last day to count, before today and in an open month.")


class StatementIn(Body):
    """How far a statement is to reach."""

    to_day: Day = Field(description="Last day of the statement, not after today.")


class OutcomeIn(Body):
    """How a request ended."""

    outcome: Literal["done", "declined"] = Field(description="Whether the bank did what was asked.")
    comment: Comment = Field("", description="Anything worth recording.")


class NoteIn(Body):
    """A note to add."""

    body: Paragraph = Field(description="The text of the note.")


# --- Responses ------------------------------------------------------------------------------------


class Out(BaseModel):
    """A response, read from the attributes of rows."""

    model_config = ConfigDict(from_attributes=True)


Item = TypeVar("Item", bound=Out)


class Page(BaseModel, Generic[Item]):
    """A slice of a list; `total` counts everything that matches."""

    total: int
    items: list[Item]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


class HolidayOut(Out):
    """A bank holiday."""

    day: date
    name: str


class RailOut(Out):
    """A payment rail."""

    code: Rail
    name: str
    cut_off: time = Field(description="A payment entered on a business day before this time starts that day.")
    settlement_days: int = Field(description="Business days from the start of a payment to its value date.")
    fee_cents: int
    max_amount_cents: int


class DeskOut(Out):
    """Who is signed in, when, and how payments travel."""

    staff_id: int
    full_name: str
    role: Role
    posting_limit_cents: int = Field(description="Above this amount a second officer has to approve.")
    approval_limit_cents: int = Field(description="Up to this amount you may approve what others enter.")
    now: datetime
    weekday: str
    is_business_day: bool
    coming_holidays: list[HolidayOut]
    rails: list[RailOut]


class PolicyOut(Out):
    """A policy without its text."""

    id: int
    code: str
    version: int
    title: str
    status: PolicyStatus
    effective_from: date


class PolicyTextOut(PolicyOut):
    """A policy with its text."""

    body: str


class CustomerOut(Out):
    """A customer as lists show them."""

    id: int
    customer_no: str
    full_name: str
    kind: CustomerKind
    born_on: date | None


class NoteOut(Out):
    """A note."""

    id: int
    customer_id: int
    author_name: str
    body: str
    created_at: datetime


class CustomerDetailOut(CustomerOut):
    """A customer in full."""

    phone: str | None
    email: str | None
    address: str
    branch_name: str
    risk_rating: Risk
    customer_since: date
    notes: list[NoteOut]


class AccountOut(Out):
    """An account as lists show it."""

    id: int
    number: str
    kind: ProductKind
    product_name: str
    status: AccountStatus
    holder_names: list[str]


class HolderOut(Out):
    """A holder of an account."""

    customer_id: int
    customer_name: str
    role: HolderRole


class HoldOut(Out):
    """A hold."""

    id: int
    account_id: int
    kind: HoldKind
    amount_cents: int
    reference: str
    expires_on: date | None
    status: Literal["active", "released"]
    placed_at: datetime
    released_at: datetime | None


class RateOut(Out):
    """A rate of interest from a day on."""

    annual_bps: int = Field(description="Yearly rate in hundredths of a percent.")
    valid_from: date


class PositionOut(Out):
    """What an account holds, and what of it can be used."""

    ledger_cents: int = Field(description="Sum of all posted postings; for a loan, what is owed.")
    uncleared_cents: int = Field(
        description="Of that, credits whose value date lies after today, reversals not counted."
    )
    held_cents: int = Field(description="Sum of the active holds that have not expired.")
    pending_out_cents: int = Field(description="Transfers that wait for approval.")
    available_cents: int = Field(
        description="ledger - uncleared - held - pending_out + overdraft limit; 0 for a loan."
    )


class AccountDetailOut(AccountOut):
    """An account in full."""

    opened_on: date
    closed_on: date | None
    holders: list[HolderOut]
    position: PositionOut
    overdraft_limit_cents: int
    daily_transfer_limit_cents: int
    min_balance_cents: int
    rates: list[RateOut]
    active_holds: list[HoldOut]
    last_statement_to: date | None


class GlAccountOut(Out):
    """An account of the general ledger with its balance."""

    id: int
    code: str
    name: str
    category: GlCategory
    is_control: bool
    balance_cents: int = Field(description="Debits less credits for assets and expenses, else the reverse.")


class PostingOut(Out):
    """A posting with what its journal says."""

    id: int
    journal_id: int
    journal_kind: JournalKind
    journal_status: JournalStatus
    reference: str
    description: str
    value_date: date
    gl_code: str
    account_id: int | None
    side: Side
    amount_cents: int


class JournalLineOut(Out):
    """A line of a journal."""

    line_no: int
    gl_account_id: int
    gl_code: str
    gl_name: str
    account_id: int | None
    side: Side
    amount_cents: int


class JournalOut(Out):
    """A journal in full."""

    id: int
    kind: JournalKind
    reference: str
    description: str
    status: JournalStatus
    value_date: date
    total_cents: int
    lines: list[JournalLineOut]
    reversal_of: int | None = Field(description="The journal that this one reverses.")
    reversed_by: int | None = Field(description="The journal that reverses this one.")
    created_by_name: str
    created_at: datetime
    approved_by: int | None
    posted_at: datetime | None


class ScreeningOut(Out):
    """A match with a list."""

    id: int
    list_code: str
    listed_name: str
    status: ScreeningStatus
    screened_at: datetime
    comment: str


class BeneficiaryOut(Out):
    """A beneficiary."""

    id: int
    customer_id: int
    customer_name: str
    name: str
    bank_name: str
    routing_no: str
    account_no: str
    status: BeneficiaryStatus
    registered_on: date
    screenings: list[ScreeningOut]


class TransferOut(Out):
    """A transfer as lists show it."""

    id: int
    reference: str
    account_id: int
    rail: Rail
    amount_cents: int
    status: TransferStatus
    requested_at: datetime


class TransferDetailOut(TransferOut):
    """A transfer in full."""

    purpose: str
    value_date: date
    requested_by: int
    requested_by_name: str
    to_account_id: int | None
    beneficiary: BeneficiaryOut | None
    journal_id: int | None
    approval_id: int | None


class ApprovalOut(Out):
    """An approval, asked for or decided."""

    id: int
    kind: ApprovalKind
    transfer_id: int | None
    journal_id: int | None
    amount_cents: int
    status: ApprovalStatus
    requested_by: int
    requested_by_name: str
    requested_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    reason: RejectReason | None
    comment: str


class StandingOrderOut(Out):
    """A standing order."""

    id: int
    account_id: int
    to_account_id: int | None
    beneficiary_id: int | None
    payee: str
    amount_cents: int
    purpose: str
    frequency: Frequency
    next_run_on: date
    status: OrderStatus


class CardOut(Out):
    """A card."""

    id: int
    account_id: int
    customer_id: int
    customer_name: str
    last4: str
    status: CardStatus
    daily_limit_cents: int
    expires_on: date


class CardTransactionOut(Out):
    """A card transaction."""

    id: int
    card_id: int
    happened_at: datetime
    merchant: str
    entry_mode: EntryMode
    amount_cents: int
    status: CardTransactionStatus
    dispute_id: int | None


class DisputeOut(Out):
    """A dispute."""

    id: int
    card_transaction_id: int
    reason: DisputeReason
    status: DisputeStatus
    opened_at: datetime
    journal_id: int | None = Field(description="The journal of the provisional credit, if one was given.")


class FeeOut(Out):
    """A fee."""

    id: int
    account_id: int
    fee_code: str
    fee_name: str
    amount_cents: int
    charged_on: date
    status: FeeStatus
    journal_id: int
    waiver_ground: WaiverGround | None
    waived_on: date | None


class AccrualOut(Out):
    """An accrual of interest."""

    id: int
    account_id: int
    from_day: date
    to_day: date
    amount_cents: int
    is_paid: bool


class PaymentOut(Out):
    """Interest that was paid out."""

    account_id: int
    amount_cents: int
    accrual_ids: list[int]
    journal_id: int


class StatementOut(Out):
    """A statement."""

    id: int
    account_id: int
    from_day: date
    to_day: date
    opening_cents: int
    closing_cents: int
    posting_count: int


class ServiceRequestOut(Out):
    """A customer's request."""

    id: int
    customer_id: int
    customer_name: str
    channel: RequestChannel
    topic: RequestTopic
    body: str
    received_at: datetime
    status: RequestStatus
    handled_at: datetime | None
    comment: str


class AuditOut(Out):
    """A row of the audit log."""

    id: int
    at: datetime
    staff_id: int
    action: str
    entity: str
    entity_id: int
    detail: str


# --- Plumbing -------------------------------------------------------------------------------------


async def open_session() -> AsyncIterator[Session]:
    """Give a handler its session; what it does not commit is gone afterwards."""
    with SessionLocal() as db:
        yield db


Db = Annotated[Session, Depends(open_session)]
Row = TypeVar("Row", bound=Base)


def bank_now() -> datetime:
    """Return the time as the bank writes it: UTC, without offset, in full seconds."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def bank_today() -> date:
    """Return today's date."""
    return bank_now().date()


def money(cents: int) -> str:
    """Write an amount for people."""
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def conflict(rule: str) -> HTTPException:
    """Return the answer to a sound request that a rule or the present state forbids."""
    return HTTPException(409, rule)


def invalid(problem: str) -> HTTPException:
    """Return the answer to arguments that do not go together."""
    return HTTPException(422, problem)


def get_or_404(db: Session, table: type[Row], row_id: int, what: str) -> Row:
    """Return a row by id, or answer 404."""
    row = db.get(table, row_id)
    if row is None:
        raise HTTPException(404, f"There is no {what} {row_id}.")
    return row


def officer(db: Session) -> Staff:
    """Return the signed-in officer."""
    return get_or_404(db, Staff, OFFICER_ID, "member of staff")


def log(db: Session, action: str, entity: AuditEntity, entity_id: int, detail: str = "") -> None:
    """Write the change into the audit log and commit it."""
    db.add(
        AuditLog(
            at=bank_now(),
            staff_id=OFFICER_ID,
            action=action,
            entity=entity,
            entity_id=entity_id,
            detail=detail,
        )
    )
    db.commit()


def given(filters: dict[Any, Any]) -> list[Any]:
    """Turn {column: value} into conditions, leaving out what was not given."""
    return [column == value for column, value in filters.items() if value is not None]


def page(db: Session, query: Select[Any], limit: int, offset: int, read: Callable[[Any], Item]) -> Page[Item]:
    """Return the slice of a query's rows that was asked for."""
    total = db.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return Page(total=total, items=[read(row) for row in db.scalars(query.limit(limit).offset(offset))])


def held_by(account_id: Any, customer_id: int) -> Any:
    """Return the condition that a customer is among the holders of an account."""
    return exists().where(AccountHolder.account_id == account_id, AccountHolder.customer_id == customer_id)


# --- The calendar ---------------------------------------------------------------------------------


def is_business_day(db: Session, day: date) -> bool:
    """Say whether payments settle on a day."""
    return day.weekday() < 5 and db.get(BankHoliday, day) is None


def business_day_after(db: Session, day: date, count: int = 1) -> date:
    """Return the business day that comes `count` business days after a day."""
    while count:
        day += timedelta(days=1)
        count -= is_business_day(db, day)
    return day


def value_date_now(db: Session, rail: PaymentRail) -> date:
    """Return the value date of a payment that starts now: cut-off first, then the rail's settlement days."""
    now = bank_now()
    start = now.date()
    if not is_business_day(db, start) or now.time() >= rail.cut_off:
        start = business_day_after(db, start)
    return business_day_after(db, start, rail.settlement_days)


def require_open_month(db: Session, day: date) -> None:
    """Refuse a value date in a month whose books are closed."""
    period = db.scalar(
        select(AccrualPeriod).where(AccrualPeriod.first_day <= day, day <= AccrualPeriod.last_day)
    )
    if period is None or period.status == "closed":
        raise conflict(f"The books of {day:%B %Y} are not open.")


# --- The ledger -----------------------------------------------------------------------------------

CREDITS = case((Posting.side == "credit", Posting.amount_cents), else_=-Posting.amount_cents)


@dataclass(frozen=True)
class Entry:
    """A line to be posted."""

    gl_account_id: int
    side: Side
    amount_cents: int
    account_id: int | None = None


def on_account(account: Account, side: Side, amount: int) -> Entry:
    """Return the line that debits or credits a customer account."""
    return Entry(account.product.control_gl_account_id, side, amount, account.id)


def on_ledger(db: Session, code: str, side: Side, amount: int) -> Entry:
    """Return the line that debits or credits an account of the general ledger."""
    return Entry(db.scalars(select(GlAccount.id).where(GlAccount.code == code)).one(), side, amount)


def balance(db: Session, account: Account, until: date | None = None) -> int:
    """Return what a deposit holds or a loan owes: all that is posted, or has value by the end of a day."""
    query = (
        select(func.coalesce(func.sum(CREDITS), 0))
        .join(Journal)
        .where(Journal.status == "posted", Posting.account_id == account.id)
    )
    if until is not None:
        query = query.where(Journal.value_date <= until)
    credits = db.scalars(query).one()
    return -credits if account.is_loan else credits


def active_holds(db: Session, account: Account) -> Sequence[Hold]:
    """Return the holds that count today."""
    query = select(Hold).where(
        Hold.account_id == account.id,
        Hold.status == "active",
        or_(Hold.expires_on.is_(None), Hold.expires_on >= bank_today()),
    )
    return db.scalars(query.order_by(Hold.placed_at, Hold.id)).all()


def position(db: Session, account: Account) -> PositionOut:
    """Work out what an account holds and what of it can be used."""
    ledger = balance(db, account)
    if account.is_loan:
        return PositionOut(
            ledger_cents=ledger, uncleared_cents=0, held_cents=0, pending_out_cents=0, available_cents=0
        )
    uncleared = db.scalars(
        select(func.coalesce(func.sum(Posting.amount_cents), 0))
        .join(Journal)
        .where(
            Journal.status == "posted",
            Journal.kind != "reversal",
            Journal.value_date > bank_today(),
            Posting.account_id == account.id,
            Posting.side == "credit",
        )
    ).one()
    pending = db.scalars(
        select(func.coalesce(func.sum(Transfer.amount_cents), 0)).where(
            Transfer.account_id == account.id, Transfer.status == "pending_approval"
        )
    ).one()
    held = sum(hold.amount_cents for hold in active_holds(db, account))
    return PositionOut(
        ledger_cents=ledger,
        uncleared_cents=uncleared,
        held_cents=held,
        pending_out_cents=pending,
        available_cents=ledger - uncleared - held - pending + account.overdraft_limit_cents,
    )


def require_debit(db: Session, account: Account, amount: int, ignore: int = 0) -> None:
    """Refuse to take money that an account cannot give; `ignore` is what of it is set aside already."""
    if account.status != "active":
        raise conflict(f"Account {account.number} is {account.status}: nothing can be debited.")
    if not account.is_loan and amount > (available := position(db, account).available_cents + ignore):
        raise conflict(
            f"Account {account.number} has {money(available)} available, {money(amount)} are needed."
        )


def require_lines(db: Session, entries: Sequence[Entry]) -> None:
    """Refuse lines that debit what an account cannot give, or that pay more into a loan than is owed."""
    net: dict[int, int] = {}
    for entry in entries:
        if entry.account_id is not None:
            change = entry.amount_cents if entry.side == "debit" else -entry.amount_cents
            net[entry.account_id] = net.get(entry.account_id, 0) + change
    for account_id, debit in net.items():
        account = get_or_404(db, Account, account_id, "account")
        if account.status == "closed":
            raise conflict(f"Account {account.number} is closed: it takes no postings.")
        if debit > 0:
            require_debit(db, account, debit)
        elif account.is_loan and -debit > (owed := balance(db, account)):
            raise conflict(f"Loan {account.number} owes {money(owed)}, less than {money(-debit)}.")


def post(
    db: Session,
    kind: JournalKind,
    value_date: date,
    description: str,
    entries: Sequence[Entry],
    *,
    reference: str = "",
    status: JournalStatus = "posted",
    reversal_of: int | None = None,
    created_by: int = OFFICER_ID,
    approved_by: int | None = None,
) -> Journal:
    """Enter a journal: the only way into the ledger, and only for lines that balance."""
    if sum(entry.amount_cents * (1 if entry.side == "debit" else -1) for entry in entries):
        raise invalid("The debits and the credits of a journal must be equal.")
    now = bank_now()
    journal = Journal(
        kind=kind,
        reference=reference,
        description=description,
        status=status,
        value_date=value_date,
        reversal_of=reversal_of,
        created_by=created_by,
        created_at=now,
        approved_by=approved_by,
        posted_at=now if status == "posted" else None,
        lines=[
            Posting(
                line_no=number,
                gl_account_id=entry.gl_account_id,
                account_id=entry.account_id,
                side=entry.side,
                amount_cents=entry.amount_cents,
            )
            for number, entry in enumerate(entries, 1)
        ],
    )
    db.add(journal)
    db.flush()
    return journal


def reverse(db: Session, journal: Journal, description: str) -> Journal:
    """Enter the mirror of a posted journal, with the same value date."""
    entries = [
        Entry(
            line.gl_account_id,
            "credit" if line.side == "debit" else "debit",
            line.amount_cents,
            line.account_id,
        )
        for line in journal.lines
    ]
    return post(
        db,
        "reversal",
        journal.value_date,
        description,
        entries,
        reference=journal.reference,
        reversal_of=journal.id,
    )


# --- Transfers ------------------------------------------------------------------------------------


def sent_today(db: Session, account: Account) -> int:
    """Sum the transfers out of an account that were entered today and are booked or pending."""
    query = select(func.coalesce(func.sum(Transfer.amount_cents), 0)).where(
        Transfer.account_id == account.id,
        Transfer.status.in_(("booked", "pending_approval")),
        Transfer.requested_at >= datetime.combine(bank_today(), time.min),
    )
    return db.scalars(query).one()


def require_target(db: Session, account: Account, order: TransferIn) -> Beneficiary | None:
    """Check where a transfer goes; return the beneficiary, if it leaves the bank."""
    if order.rail == "internal":
        if order.to_account_id is None or order.beneficiary_id is not None:
            raise invalid("Rail internal needs to_account_id and no beneficiary_id.")
        target = get_or_404(db, Account, order.to_account_id, "account")
        if target.id == account.id:
            raise conflict("An account cannot pay to itself.")
        if target.status == "closed":
            raise conflict(f"Account {target.number} is closed.")
        if target.is_loan and order.amount_cents > balance(db, target):
            raise conflict(f"Loan {target.number} owes only {money(balance(db, target))}.")
        return None
    if order.beneficiary_id is None or order.to_account_id is not None:
        raise invalid(f"Rail {order.rail} needs beneficiary_id and no to_account_id.")
    beneficiary = get_or_404(db, Beneficiary, order.beneficiary_id, "beneficiary")
    require_payee(account, beneficiary)
    return beneficiary


def require_payee(account: Account, beneficiary: Beneficiary) -> None:
    """Refuse a beneficiary whom an account must not pay to."""
    if beneficiary.customer_id not in account.holder_ids:
        raise conflict(
            f"Beneficiary {beneficiary.id} is registered for {beneficiary.customer_name}, "
            f"who does not hold account {account.number}."
        )
    if beneficiary.status == "blocked":
        raise conflict(f"Beneficiary {beneficiary.id} is blocked.")
    if any(screening.status == "confirmed" for screening in beneficiary.screenings):
        raise conflict(f"Beneficiary {beneficiary.id} is on a sanctions list.")


def book(db: Session, transfer: Transfer, approved_by: int | None = None) -> None:
    """Post a transfer with the value date it has now, and charge the rail's fee if it has one."""
    fee_type = transfer.rail_row.fee_type
    reserved = transfer.amount_cents if transfer.status == "pending_approval" else 0
    require_debit(db, transfer.account, transfer.amount_cents + transfer.rail_row.fee_cents, reserved)
    transfer.value_date = value_date_now(db, transfer.rail_row)
    amount = transfer.amount_cents
    target = (
        on_account(transfer.to_account, "credit", amount)
        if transfer.to_account
        else on_ledger(db, OUTGOING, "credit", amount)
    )
    journal = post(
        db,
        "transfer",
        transfer.value_date,
        transfer.purpose,
        [on_account(transfer.account, "debit", amount), target],
        reference=transfer.reference,
        created_by=transfer.requested_by,
        approved_by=approved_by,
    )
    transfer.journal_id = journal.id
    transfer.status = "booked"
    if fee_type is not None:
        charge(db, transfer, fee_type)


def charge(db: Session, transfer: Transfer, fee_type: FeeType) -> None:
    """Charge the fee of a payment rail."""
    journal = post(
        db,
        "fee",
        bank_today(),
        fee_type.name,
        [
            on_account(transfer.account, "debit", fee_type.amount_cents),
            Entry(fee_type.income_gl_account_id, "credit", fee_type.amount_cents),
        ],
        reference=transfer.reference,
    )
    db.add(
        Fee(
            account_id=transfer.account_id,
            fee_type_id=fee_type.id,
            amount_cents=fee_type.amount_cents,
            charged_on=bank_today(),
            status="charged",
            transfer_id=transfer.id,
            journal_id=journal.id,
        )
    )


def ask_for_approval(
    db: Session, *, transfer: Transfer | None = None, journal: Journal | None = None
) -> None:
    """Put a transfer or a journal before a second officer."""
    db.add(
        Approval(
            kind="transfer" if transfer else "journal",
            transfer_id=transfer.id if transfer else None,
            journal_id=journal.id if journal else None,
            status="pending",
            requested_by=OFFICER_ID,
            requested_at=bank_now(),
            comment="",
        )
    )


# --- Interest and names ---------------------------------------------------------------------------


def interest(db: Session, account: Account, first: date, last: date) -> int:
    """Return the interest of some days in cents: end-of-day balances by value date, actual/365, half up."""
    query = (
        select(Journal.value_date, CREDITS)
        .join(Posting)
        .where(
            Journal.status == "posted",
            Posting.account_id == account.id,
            Journal.value_date > first,
            Journal.value_date <= last,
        )
    )
    changes: dict[date, int] = {}
    for day, credit in db.execute(query):
        changes[day] = changes.get(day, 0) + credit
    held, weighted, day = balance(db, account, first), 0, first
    while day <= last:
        held += changes.get(day, 0)
        rates = [rate.annual_bps for rate in account.product.rates if rate.valid_from <= day]
        weighted += max(held, 0) * (rates[-1] if rates else 0)
        day += timedelta(days=1)
    return (2 * weighted + 3_650_000) // 7_300_000


def plain_name(name: str) -> str:
    """Return a name as screening compares it: lower case, letters, digits and single spaces."""
    return " ".join("".join(char if char.isalnum() else " " for char in name.lower()).split())


def screen(db: Session, beneficiary: Beneficiary) -> None:
    """Open a screening for each list entry that bears the beneficiary's name."""
    for entry in db.scalars(select(WatchlistEntry).order_by(WatchlistEntry.id)):
        if plain_name(beneficiary.name) in {plain_name(entry.name), plain_name(entry.alias or entry.name)}:
            db.add(
                Screening(
                    beneficiary_id=beneficiary.id,
                    watchlist_entry_id=entry.id,
                    status="open",
                    screened_at=bank_now(),
                    comment="",
                )
            )


# --- Views ----------------------------------------------------------------------------------------


def show_account(db: Session, account: Account) -> AccountDetailOut:
    """Return the response that shows an account in full."""
    last_statement = select(func.max(Statement.to_day)).where(Statement.account_id == account.id)
    return AccountDetailOut(
        **AccountOut.model_validate(account).model_dump(),
        opened_on=account.opened_on,
        closed_on=account.closed_on,
        holders=[HolderOut.model_validate(holder) for holder in account.holders],
        position=position(db, account),
        overdraft_limit_cents=account.overdraft_limit_cents,
        daily_transfer_limit_cents=account.daily_transfer_limit_cents,
        min_balance_cents=account.product.min_balance_cents,
        rates=[RateOut.model_validate(rate) for rate in account.product.rates],
        active_holds=[HoldOut.model_validate(hold) for hold in active_holds(db, account)],
        last_statement_to=db.scalars(last_statement).one(),
    )


def show_posting(line: Posting) -> PostingOut:
    """Return the response that shows a posting."""
    journal = line.journal
    return PostingOut(
        **JournalLineOut.model_validate(line).model_dump(
            include={"gl_code", "account_id", "side", "amount_cents"}
        ),
        id=line.id,
        journal_id=journal.id,
        journal_kind=journal.kind,
        journal_status=journal.status,
        reference=journal.reference,
        description=journal.description,
        value_date=journal.value_date,
    )


# --- The app --------------------------------------------------------------------------------------

app = FastAPI(
    title="Community bank back office",
    version="1.0.0",
    description="Back office of Thistledown Community Bank. Amounts are cents, times are bank time (UTC).",
    responses={
        404: {"model": Problem, "description": "Something that the request names does not exist."},
        409: {"model": Problem, "description": "A rule or the present state forbids the request."},
    },
)


@app.exception_handler(RequestValidationError)
async def answer_invalid(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 without repeating the input, which may be text that cannot be encoded."""
    found = [{"loc": list(one["loc"]), "msg": one["msg"]} for one in error.errors()]
    return Response(json.dumps({"detail": found}), 422, media_type="application/json")


@app.exception_handler(IntegrityError)
async def answer_contradiction(_request: Request, _error: IntegrityError) -> Response:
    """Answer 409 where the database itself refuses a change."""
    return Response('{"detail": "This contradicts other records."}', 409, media_type="application/json")


# --- Desk and policies ----------------------------------------------------------------------------


@app.get("/desk", operation_id="get_desk", summary="Who is signed in, the time, the calendar and the rails")
async def get_desk(db: Db) -> DeskOut:
    """Return the signed-in officer with both limits, the time, coming bank holidays and payment rails.

    A payment starts today if today is a business day (Monday to Friday, no bank holiday) and the rail's
    cut-off has not passed, otherwise on the next business day. Its value date comes settlement_days business
    days later.
    """
    user, now = officer(db), bank_now()
    holidays = select(BankHoliday).where(BankHoliday.day >= now.date()).order_by(BankHoliday.day)
    return DeskOut(
        staff_id=user.id,
        full_name=user.full_name,
        role=user.role,
        posting_limit_cents=user.posting_limit_cents,
        approval_limit_cents=user.approval_limit_cents,
        now=now,
        weekday=f"{now:%A}",
        is_business_day=is_business_day(db, now.date()),
        coming_holidays=[HolidayOut.model_validate(row) for row in db.scalars(holidays)],
        rails=[
            RailOut.model_validate(row) for row in db.scalars(select(PaymentRail).order_by(PaymentRail.id))
        ],
    )


@app.get("/policies", operation_id="list_policies", summary="List the bank's written policies")
async def list_policies(
    db: Db,
    status: Annotated[PolicyStatus | None, Query(description="Only policies of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[PolicyOut]:
    """List policies by code and version, without their text, which get_policy shows.

    Officers are bound by the versions in force; superseded ones are kept for the record. The application does
    not enforce what policies say, so read the one that concerns your work before you start on it.
    """
    query = select(Policy).where(*given({Policy.status: status})).order_by(Policy.code, Policy.version)
    return page(db, query, limit, offset, PolicyOut.model_validate)


@app.get("/policies/{policy_id}", operation_id="get_policy", summary="Read a policy")
async def get_policy(db: Db, policy_id: Annotated[int, path_id("policy")]) -> PolicyTextOut:
    """Return a policy with its full text; ids come from list_policies."""
    return PolicyTextOut.model_validate(get_or_404(db, Policy, policy_id, "policy"))


# --- Customers ------------------------------------------------------------------------------------


@app.get("/customers", operation_id="search_customers", summary="Search customers")
async def search_customers(
    db: Db,
    q: Annotated[Words | None, Query(description="Part of the name or of the customer number.")] = None,
    kind: Annotated[CustomerKind | None, Query(description="Only persons, or only businesses.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[CustomerOut]:
    """List customers by name and id.

    Different customers may bear one name: compare the date of birth. Contact and notes are shown by
    get_customer, accounts by search_accounts.
    """
    query = select(Customer).where(*given({Customer.kind: kind}))
    if q is not None:
        names = (Customer.full_name, Customer.customer_no)
        query = query.where(or_(*(column.icontains(q, autoescape=True) for column in names)))
    query = query.order_by(Customer.full_name, Customer.id)
    return page(db, query, limit, offset, CustomerOut.model_validate)


@app.get("/customers/{customer_id}", operation_id="get_customer", summary="Show a customer in full")
async def get_customer(db: Db, customer_id: Annotated[int, path_id("customer")]) -> CustomerDetailOut:
    """Return a customer's contact, branch, risk rating and all notes on the record, oldest first."""
    customer = get_or_404(db, Customer, customer_id, "customer")
    return CustomerDetailOut(
        **CustomerOut.model_validate(customer).model_dump(),
        phone=customer.phone,
        email=customer.email,
        address=customer.address,
        branch_name=customer.branch.name,
        risk_rating=customer.risk_rating,
        customer_since=customer.customer_since,
        notes=[NoteOut.model_validate(note) for note in customer.notes],
    )


@app.post("/customers/{customer_id}/notes", operation_id="add_note", summary="Add a note", status_code=201)
async def add_note(db: Db, customer_id: Annotated[int, path_id("customer")], data: NoteIn) -> NoteOut:
    """Add a note in your name to a customer's record; a note cannot be changed or removed."""
    customer = get_or_404(db, Customer, customer_id, "customer")
    note = Note(customer_id=customer.id, author_id=OFFICER_ID, body=data.body, created_at=bank_now())
    db.add(note)
    db.flush()
    log(db, "add", "note", note.id, customer.full_name)
    return NoteOut.model_validate(note)


# --- Accounts and holds ---------------------------------------------------------------------------


@app.get("/accounts", operation_id="search_accounts", summary="Search accounts")
async def search_accounts(
    db: Db,
    customer_id: Annotated[
        int | None, query_id("Only accounts that this customer holds, in any role.")
    ] = None,
    q: Annotated[Words | None, Query(description="Part of the account number.")] = None,
    kind: Annotated[ProductKind | None, Query(description="Only accounts of this kind.")] = None,
    status: Annotated[AccountStatus | None, Query(description="Only accounts of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[AccountOut]:
    """List accounts by id, closed ones included.

    Balance, roles of the holders, holds, limits and rates are shown by get_account only.
    """
    query = select(Account).join(Product).where(*given({Product.kind: kind, Account.status: status}))
    if customer_id is not None:
        query = query.where(held_by(Account.id, customer_id))
    if q is not None:
        query = query.where(Account.number.icontains(q, autoescape=True))
    return page(db, query.order_by(Account.id), limit, offset, AccountOut.model_validate)


@app.get("/accounts/{account_id}", operation_id="get_account", summary="Show an account in full")
async def get_account(db: Db, account_id: Annotated[int, path_id("account")]) -> AccountDetailOut:
    """Return an account with holders, position, active holds, limits and rates, amounts in cents.

    The position is worked out from the postings. The daily transfer limit holds for all transfers that are
    entered on one day and are booked or pending, taken together; the position does not take it into account.
    """
    return show_account(db, get_or_404(db, Account, account_id, "account"))


@app.patch(
    "/accounts/{account_id}", operation_id="update_account", summary="Freeze an account or set its limits"
)
async def update_account(
    db: Db, account_id: Annotated[int, path_id("account")], data: AccountIn
) -> AccountDetailOut:
    """Change an account's status or limits; what is left out stays.

    An officer may set overdraft limits up to $2,000.00, on checking accounts only, and daily transfer limits
    up to $50,000.00. A dormant or closed account is not changed. Refused (409) if nothing would change.
    """
    account = get_or_404(db, Account, account_id, "account")
    if account.status in ("dormant", "closed"):
        raise conflict(f"Account {account.number} is {account.status}.")
    wanted = data.model_dump(exclude_none=True)
    if account.kind != "checking" and wanted.get("overdraft_limit_cents"):
        raise conflict("Only checking accounts have an overdraft limit.")
    if wanted.get("overdraft_limit_cents", 0) > MAX_OVERDRAFT_CENTS:
        raise conflict(f"Overdraft limits above {money(MAX_OVERDRAFT_CENTS)} are set by a manager.")
    if wanted.get("daily_transfer_limit_cents", 0) > MAX_DAILY_LIMIT_CENTS:
        raise conflict(f"Daily transfer limits above {money(MAX_DAILY_LIMIT_CENTS)} are set by a manager.")
    apply_changes(account, wanted)
    log(db, "update", "account", account.id, ", ".join(sorted(wanted)))
    return show_account(db, account)


def apply_changes(row: Account | Card | StandingOrder, wanted: dict[str, Any]) -> None:
    """Set a row's columns, or refuse if they hold these values already."""
    if all(getattr(row, name) == value for name, value in wanted.items()):
        raise conflict("Nothing would change.")
    for name, value in wanted.items():
        setattr(row, name, value)
    row.updated_at = bank_now()


@app.post("/accounts/{account_id}/close", operation_id="close_account", summary="Close an account for good")
async def close_account(db: Db, account_id: Annotated[int, path_id("account")]) -> AccountDetailOut:
    """Close an account for good.

    Refused (409) unless its balance is zero and nothing hangs on it: no active hold, pending transfer, unpaid
    accrual, active card, and no active or paused standing order from it or into it.
    """
    account = get_or_404(db, Account, account_id, "account")
    if account.status == "closed":
        raise conflict(f"Account {account.number} is closed already.")
    if ledger := balance(db, account):
        raise conflict(f"The balance is {money(ledger)}, not zero.")
    obstacles = {
        "an active hold": exists().where(Hold.account_id == account.id, Hold.status == "active"),
        "a pending transfer": exists().where(
            or_(Transfer.account_id == account.id, Transfer.to_account_id == account.id),
            Transfer.status == "pending_approval",
        ),
        "an unpaid accrual of interest": exists().where(
            InterestAccrual.account_id == account.id, InterestAccrual.payment_journal_id.is_(None)
        ),
        "an active card": exists().where(
            Card.account_id == account.id, Card.status.in_(("active", "blocked"))
        ),
        "a standing order": exists().where(
            or_(StandingOrder.account_id == account.id, StandingOrder.to_account_id == account.id),
            StandingOrder.status != "cancelled",
        ),
    }
    for what, condition in obstacles.items():
        if db.scalar(select(condition)):
            raise conflict(f"There is {what} on account {account.number}.")
    account.status, account.closed_on, account.updated_at = "closed", bank_today(), bank_now()
    log(db, "close", "account", account.id, account.number)
    return show_account(db, account)


@app.post(
    "/accounts/{account_id}/holds", operation_id="place_hold", summary="Hold an amount", status_code=201
)
async def place_hold(db: Db, account_id: Annotated[int, path_id("account")], data: HoldIn) -> HoldOut:
    """Hold an amount on a checking or savings account: it stays there but cannot be used.

    Refused (409) if the amount is more than what is available without the overdraft limit, or if the same
    hold (kind, amount and reference) is active on the account already. Card authorisations are held by the
    card system.
    """
    account = get_or_404(db, Account, account_id, "account")
    if account.is_loan or account.status == "closed":
        raise conflict(f"Account {account.number} is a loan or closed: it holds nothing.")
    if data.expires_on is not None and data.expires_on < bank_today():
        raise invalid("expires_on must not lie in the past.")
    own = position(db, account).available_cents - account.overdraft_limit_cents
    if data.amount_cents > own:
        raise conflict(f"Only {money(own)} of the account's own money are available.")
    same = (data.kind, data.amount_cents, data.reference)
    if any((hold.kind, hold.amount_cents, hold.reference) == same for hold in active_holds(db, account)):
        raise conflict("This hold is on the account already.")
    hold = Hold(
        account_id=account.id,
        status="active",
        placed_by=OFFICER_ID,
        placed_at=bank_now(),
        **data.model_dump(),
    )
    db.add(hold)
    db.flush()
    log(db, "place", "hold", hold.id, f"{account.number}: {money(hold.amount_cents)}")
    return HoldOut.model_validate(hold)


@app.post("/holds/{hold_id}/release", operation_id="release_hold", summary="Release a hold")
async def release_hold(db: Db, hold_id: Annotated[int, path_id("hold")]) -> HoldOut:
    """Release an active hold for good; get_account shows the ids of an account's holds.

    Card authorisations are released by the card system only.
    """
    hold = get_or_404(db, Hold, hold_id, "hold")
    if hold.status == "released":
        raise conflict(f"Hold {hold.id} is released already.")
    if hold.kind == "card_authorisation":
        raise conflict("The card system releases its authorisations itself.")
    hold.status, hold.released_at = "released", bank_now()
    log(db, "release", "hold", hold.id)
    return HoldOut.model_validate(hold)


# --- The ledger -----------------------------------------------------------------------------------


@app.get("/gl-accounts", operation_id="list_gl_accounts", summary="List the general ledger with its balances")
async def list_gl_accounts(
    db: Db,
    q: Annotated[Words | None, Query(description="Part of the code or the name.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[GlAccountOut]:
    """List the accounts of the general ledger by code, each with the balance of everything that is posted.

    A control account is the sum of customer accounts: its postings name the customer account.
    """
    query = select(GlAccount).order_by(GlAccount.code)
    if q is not None:
        query = query.where(
            or_(GlAccount.code.icontains(q, autoescape=True), GlAccount.name.icontains(q, autoescape=True))
        )
    sums = (
        select(Posting.gl_account_id, func.sum(CREDITS))
        .join(Journal)
        .where(Journal.status == "posted")
        .group_by(Posting.gl_account_id)
    )
    credits = dict(db.execute(sums).tuples().all())

    def read(row: GlAccount) -> GlAccountOut:
        credit = credits.get(row.id, 0)
        return GlAccountOut(
            id=row.id,
            code=row.code,
            name=row.name,
            category=row.category,
            is_control=row.is_control,
            balance_cents=-credit if row.category in ("asset", "expense") else credit,
        )

    return page(db, query, limit, offset, read)


@app.get("/postings", operation_id="list_postings", summary="List postings of an account or of the ledger")
async def list_postings(
    db: Db,
    account_id: Annotated[int | None, query_id("Only postings to this customer account.")] = None,
    gl_account_id: Annotated[int | None, query_id("Only postings to this general-ledger account.")] = None,
    journal_kind: Annotated[JournalKind | None, Query(description="Only journals of this kind.")] = None,
    reference: Annotated[
        Words | None, Query(description="Only journals with exactly this reference.")
    ] = None,
    day_from: Annotated[Day | None, Query(description="First value date, e.g. 2026-05-01.")] = None,
    day_to: Annotated[Day | None, Query(description="Last value date.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[PostingOut]:
    """List postings by value date, journal and line.

    Journals that wait for approval or were rejected are listed too, with that journal_status: only posted
    ones count in balances. Deposits grow by credits, loans by debits. get_journal shows the other lines of a
    journal and whether it was reversed.
    """
    filters = {
        Posting.account_id: account_id,
        Posting.gl_account_id: gl_account_id,
        Journal.kind: journal_kind,
        Journal.reference: reference,
    }
    query = select(Posting).join(Journal).where(*given(filters))
    if day_from is not None:
        query = query.where(Journal.value_date >= day_from)
    if day_to is not None:
        query = query.where(Journal.value_date <= day_to)
    query = query.order_by(Journal.value_date, Journal.id, Posting.line_no)
    return page(db, query, limit, offset, show_posting)


@app.get("/journals/{journal_id}", operation_id="get_journal", summary="Show a journal in full")
async def get_journal(db: Db, journal_id: Annotated[int, path_id("journal")]) -> JournalOut:
    """Return a journal with its lines, its authors, and what it reverses or is reversed by."""
    return JournalOut.model_validate(get_or_404(db, Journal, journal_id, "journal"))


@app.post("/journals", operation_id="post_journal", summary="Enter a journal by hand", status_code=201)
async def post_journal(db: Db, data: JournalIn) -> JournalOut:
    """Enter a journal of two or more lines whose debits and credits are equal; it cannot be changed.

    A line on a control account names a customer account of that control account, any other line names none.
    The value date lies in an open month and not after today. A deposit is debited only as far as it has money
    available, and a loan takes no more than it owes. Above your posting limit the journal is pending until a
    second officer approves it.
    """
    if data.value_date > bank_today():
        raise conflict("The value date of a manual journal must not lie after today.")
    require_open_month(db, data.value_date)
    entries = [ledger_line(db, line) for line in data.lines]
    total = sum(entry.amount_cents for entry in entries if entry.side == "debit")
    require_lines(db, entries)
    status: JournalStatus = "posted" if total <= officer(db).posting_limit_cents else "pending"
    journal = post(
        db,
        data.kind,
        data.value_date,
        data.description,
        entries,
        reference=data.reference,
        status=status,
    )
    if status == "pending":
        ask_for_approval(db, journal=journal)
    log(db, "post", "journal", journal.id, f"{data.reference}: {money(total)}, {status}")
    return JournalOut.model_validate(journal)


def ledger_line(db: Session, line: JournalLineIn) -> Entry:
    """Check that a line names a customer account if, and only if, it belongs behind one."""
    gl_account = get_or_404(db, GlAccount, line.gl_account_id, "general-ledger account")
    if line.account_id is None:
        if gl_account.is_control:
            raise conflict(f"{gl_account.code} is a control account: the line must name a customer account.")
    else:
        account = get_or_404(db, Account, line.account_id, "account")
        if account.product.control_gl_account_id != gl_account.id:
            raise conflict(
                f"Account {account.number} does not belong to {gl_account.code} {gl_account.name}."
            )
    return Entry(gl_account.id, line.side, line.amount_cents, line.account_id)


@app.post(
    "/journals/{journal_id}/reverse", operation_id="reverse_journal", summary="Reverse a posted journal"
)
async def reverse_journal(
    db: Db, journal_id: Annotated[int, path_id("journal to reverse")], data: ReversalIn
) -> JournalOut:
    """Post the mirror of a posted journal, with its value date and reference; return the reversal.

    Only cash, incoming, manual and correction journals are reversed this way, each once and while its month
    is open: a fee is given back with waive_fee, a transfer taken back with cancel_transfer. A reversal itself
    is not reversed; enter what is right anew. Refused (409) above your posting limit, or if an account that
    the reversal debits has not enough available.
    """
    journal = get_or_404(db, Journal, journal_id, "journal")
    if journal.kind not in REVERSIBLE:
        raise conflict(f"A journal of the kind {journal.kind} is not reversed by hand.")
    if journal.status != "posted":
        raise conflict(f"Journal {journal.id} is {journal.status}, not posted.")
    if journal.reversed_by is not None:
        raise conflict(f"Journal {journal.id} was reversed by journal {journal.reversed_by}.")
    if journal.total_cents > officer(db).posting_limit_cents:
        raise conflict("The journal is above your posting limit: a manager has to reverse it.")
    require_open_month(db, journal.value_date)
    mirror = reverse(db, journal, data.description)
    require_lines_after(db, mirror)
    log(db, "reverse", "journal", journal.id, data.description)
    return JournalOut.model_validate(mirror)


def require_lines_after(db: Session, journal: Journal) -> None:
    """Refuse a journal, posted but not committed, that leaves a debited deposit below what it may hold."""
    for line in journal.lines:
        if line.account is None:
            continue
        if line.account.status == "closed":
            raise conflict(f"Account {line.account.number} is closed: it takes no postings.")
        if line.account.is_loan or line.side == "credit":
            continue
        if (available := position(db, line.account).available_cents) < 0:
            raise conflict(f"Account {line.account.number} lacks {money(-available)} for this.")


# --- Beneficiaries and transfers ------------------------------------------------------------------


@app.get("/beneficiaries", operation_id="list_beneficiaries", summary="List beneficiaries")
async def list_beneficiaries(
    db: Db,
    customer_id: Annotated[int | None, query_id("Only beneficiaries of this customer.")] = None,
    q: Annotated[Words | None, Query(description="Part of the payee's name.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[BeneficiaryOut]:
    """List beneficiaries by name and id, with bank details, day of registration and screenings.

    A screening is open until compliance has cleared or confirmed it.
    """
    query = select(Beneficiary).where(*given({Beneficiary.customer_id: customer_id}))
    if q is not None:
        query = query.where(Beneficiary.name.icontains(q, autoescape=True))
    query = query.order_by(Beneficiary.name, Beneficiary.id)
    return page(db, query, limit, offset, BeneficiaryOut.model_validate)


@app.post("/beneficiaries", operation_id="add_beneficiary", summary="Register a beneficiary", status_code=201)
async def add_beneficiary(db: Db, data: BeneficiaryIn) -> BeneficiaryOut:
    """Register an account at another bank for a customer, and screen the name at once.

    Refused (409) if the customer has that account among the beneficiaries already. Existing beneficiaries
    stay as they are: bank details are never changed.
    """
    customer = get_or_404(db, Customer, data.customer_id, "customer")
    known = select(Beneficiary.id).where(
        Beneficiary.customer_id == customer.id,
        Beneficiary.routing_no == data.routing_no,
        Beneficiary.account_no == data.account_no,
    )
    if (found := db.scalar(known)) is not None:
        raise conflict(f"{customer.full_name} has this account already, as beneficiary {found}.")
    beneficiary = Beneficiary(
        status="active", registered_on=bank_today(), registered_by=OFFICER_ID, **data.model_dump()
    )
    db.add(beneficiary)
    db.flush()
    screen(db, beneficiary)
    log(db, "register", "beneficiary", beneficiary.id, f"{customer.full_name}: {data.name}")
    return BeneficiaryOut.model_validate(beneficiary)


@app.get("/transfers", operation_id="list_transfers", summary="List transfers")
async def list_transfers(
    db: Db,
    account_id: Annotated[int | None, query_id("Only transfers out of this account.")] = None,
    status: Annotated[TransferStatus | None, Query(description="Only transfers of this status.")] = None,
    day_from: Annotated[Day | None, Query(description="Only those entered on this day or later.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[TransferOut]:
    """List transfers, the latest first.

    Purpose, payee, requester and value date of a transfer are shown by get_transfer only.
    """
    query = select(Transfer).where(*given({Transfer.account_id: account_id, Transfer.status: status}))
    if day_from is not None:
        query = query.where(Transfer.requested_at >= datetime.combine(day_from, time.min))
    query = query.order_by(Transfer.requested_at.desc(), Transfer.id.desc())
    return page(db, query, limit, offset, TransferOut.model_validate)


@app.get("/transfers/{transfer_id}", operation_id="get_transfer", summary="Show a transfer in full")
async def get_transfer(db: Db, transfer_id: Annotated[int, path_id("transfer")]) -> TransferDetailOut:
    """Return a transfer with purpose, requester, value date, and beneficiary with screenings."""
    return TransferDetailOut.model_validate(get_or_404(db, Transfer, transfer_id, "transfer"))


@app.post("/transfers", operation_id="create_transfer", summary="Enter a transfer", status_code=201)
async def create_transfer(db: Db, data: TransferIn) -> TransferDetailOut:
    """Enter a payment out of a checking or savings account.

    Rail internal pays to to_account_id; ach and wire pay to beneficiary_id, which must be registered for a
    holder of the account. Amount and fee must be available, the account's transfers of the day must stay
    within its daily limit, and each rail has a maximum. The payment is booked at once and its value date
    follows from the rail's cut-off; but above your posting limit, or with an open screening, it is pending
    until a second officer approves it, and the fee is charged then.
    """
    account = get_or_404(db, Account, data.account_id, "account")
    if account.is_loan:
        raise conflict("Nothing can be transferred out of a loan.")
    rail = db.scalars(select(PaymentRail).where(PaymentRail.code == data.rail)).one()
    beneficiary = require_target(db, account, data)
    if data.amount_cents > rail.max_amount_cents:
        raise conflict(f"{rail.name} takes at most {money(rail.max_amount_cents)} a payment.")
    require_debit(db, account, data.amount_cents + rail.fee_cents)
    if sent_today(db, account) + data.amount_cents > account.daily_transfer_limit_cents:
        raise conflict(
            f"The account's transfers of today would exceed {money(account.daily_transfer_limit_cents)}."
        )
    suspicious = beneficiary is not None and any(row.status == "open" for row in beneficiary.screenings)
    needs_approval = suspicious or data.amount_cents > officer(db).posting_limit_cents
    number = (db.scalar(select(func.max(Transfer.id))) or 0) + 1
    transfer = Transfer(
        id=number,
        reference=f"TR-{bank_today().year}-{number:04}",
        account_id=account.id,
        rail_row=rail,
        to_account_id=data.to_account_id,
        beneficiary_id=data.beneficiary_id,
        amount_cents=data.amount_cents,
        purpose=data.purpose,
        status="pending_approval",
        value_date=value_date_now(db, rail),
        requested_by=OFFICER_ID,
        requested_at=bank_now(),
    )
    db.add(transfer)
    db.flush()
    if needs_approval:
        ask_for_approval(db, transfer=transfer)
    else:
        book(db, transfer)
    log(db, "enter", "transfer", transfer.id, f"{money(transfer.amount_cents)}, {transfer.status}")
    return TransferDetailOut.model_validate(transfer)


@app.post("/transfers/{transfer_id}/cancel", operation_id="cancel_transfer", summary="Take a transfer back")
async def cancel_transfer(db: Db, transfer_id: Annotated[int, path_id("transfer")]) -> TransferDetailOut:
    """Take back a transfer that is pending and yours, or booked by ach or wire for a later value date.

    A booked one is reversed in the ledger; a fee that it cost stays. Anything else cannot be taken back
    (409).
    """
    transfer = get_or_404(db, Transfer, transfer_id, "transfer")
    if transfer.status == "pending_approval":
        if transfer.requested_by != OFFICER_ID:
            raise conflict(f"Transfer {transfer.reference} is not yours: decide on its approval instead.")
        approval = transfer.approval
        if approval is not None:
            approval.status, approval.decided_at = "withdrawn", bank_now()
    elif transfer.status == "booked" and transfer.beneficiary_id and transfer.value_date > bank_today():
        reverse(db, get_or_404(db, Journal, transfer.journal_id or 0, "journal"), "Transfer cancelled")
    else:
        raise conflict(f"Transfer {transfer.reference} is {transfer.status} and cannot be taken back.")
    transfer.status = "cancelled"
    log(db, "cancel", "transfer", transfer.id)
    return TransferDetailOut.model_validate(transfer)


# --- Approvals ------------------------------------------------------------------------------------


@app.get("/approvals", operation_id="list_approvals", summary="List what needs a second officer")
async def list_approvals(
    db: Db,
    kind: Annotated[ApprovalKind | None, Query(description="Only transfers, or only journals.")] = None,
    status: Annotated[ApprovalStatus | None, Query(description="Only approvals of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[ApprovalOut]:
    """List approvals, the oldest first, with amount and requester."""
    query = select(Approval).where(*given({Approval.kind: kind, Approval.status: status}))
    query = query.order_by(Approval.requested_at, Approval.id)
    return page(db, query, limit, offset, ApprovalOut.model_validate)


@app.post("/approvals/{approval_id}/decision", operation_id="decide_approval", summary="Approve or reject")
async def decide_approval(
    db: Db, approval_id: Annotated[int, path_id("approval")], data: DecisionIn
) -> ApprovalOut:
    """Decide, as the second officer, on a pending transfer or journal. A decision is final.

    Nobody decides on what they entered, and nobody approves more than their approval limit. An approved
    transfer is booked at once with the value date it has now, and the rail's fee is charged; an approved
    journal is posted. Both are refused (409) if the money is no longer available. What may be approved is for
    the policy to say.
    """
    approval = get_or_404(db, Approval, approval_id, "approval")
    if approval.status != "pending":
        raise conflict(f"Approval {approval.id} is {approval.status}.")
    if approval.requested_by == OFFICER_ID:
        raise conflict("Four eyes: nobody decides on what they entered.")
    approve = data.decision == "approve"
    if approve == (data.reason is not None):
        raise invalid("A rejection needs a reason, an approval takes none.")
    if approve and approval.amount_cents > officer(db).approval_limit_cents:
        raise conflict("The amount is above your approval limit.")
    if approval.transfer is not None:
        settle_transfer(db, approval.transfer, approve)
    elif approval.journal is not None:
        settle_journal(db, approval.journal, approve)
    approval.status = "approved" if approve else "rejected"
    approval.decided_by, approval.decided_at = OFFICER_ID, bank_now()
    approval.reason, approval.comment = data.reason, data.comment
    log(db, data.decision, "approval", approval.id, data.reason or "")
    return ApprovalOut.model_validate(approval)


def settle_transfer(db: Session, transfer: Transfer, approve: bool) -> None:
    """Book a pending transfer, or end it."""
    if not approve:
        transfer.status = "rejected"
        return
    if transfer.beneficiary is not None:
        require_payee(transfer.account, transfer.beneficiary)
    book(db, transfer, approved_by=OFFICER_ID)


def settle_journal(db: Session, journal: Journal, approve: bool) -> None:
    """Post a pending journal, or end it."""
    if not approve:
        journal.status = "rejected"
        return
    require_open_month(db, journal.value_date)
    require_lines(
        db, [Entry(row.gl_account_id, row.side, row.amount_cents, row.account_id) for row in journal.lines]
    )
    journal.status, journal.posted_at, journal.approved_by = "posted", bank_now(), OFFICER_ID


# --- Standing orders ------------------------------------------------------------------------------


@app.get("/standing-orders", operation_id="list_standing_orders", summary="List standing orders")
async def list_standing_orders(
    db: Db,
    account_id: Annotated[int | None, query_id("Only orders from this account or into it.")] = None,
    customer_id: Annotated[
        int | None, query_id("Only orders from accounts that this customer holds.")
    ] = None,
    payee: Annotated[Words | None, Query(description="Part of the name of a beneficiary.")] = None,
    status: Annotated[OrderStatus | None, Query(description="Only orders of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[StandingOrderOut]:
    """List standing orders by id. New ones are set up by the customers themselves."""
    query = select(StandingOrder).where(*given({StandingOrder.status: status}))
    if account_id is not None:
        sides = (StandingOrder.account_id == account_id, StandingOrder.to_account_id == account_id)
        query = query.where(or_(*sides))
    if customer_id is not None:
        query = query.where(held_by(StandingOrder.account_id, customer_id))
    if payee is not None:
        named = and_(
            Beneficiary.id == StandingOrder.beneficiary_id, Beneficiary.name.icontains(payee, autoescape=True)
        )
        query = query.where(exists().where(named))
    return page(db, query.order_by(StandingOrder.id), limit, offset, StandingOrderOut.model_validate)


@app.patch(
    "/standing-orders/{standing_order_id}",
    operation_id="update_standing_order",
    summary="Change, pause or cancel a standing order",
)
async def update_standing_order(
    db: Db, standing_order_id: Annotated[int, path_id("standing order")], data: StandingOrderIn
) -> StandingOrderOut:
    """Change a standing order that is not cancelled; what is left out stays.

    A new account must be a checking or savings account that shares a holder with the present one; a new
    beneficiary must be registered for a holder of the account, and replaces a beneficiary only. Refused (409)
    if nothing would change.
    """
    order = get_or_404(db, StandingOrder, standing_order_id, "standing order")
    if order.status == "cancelled":
        raise conflict(f"Standing order {order.id} is cancelled.")
    wanted = data.model_dump(exclude_none=True)
    account = order.account
    if data.account_id is not None:
        account = get_or_404(db, Account, data.account_id, "account")
        if account.is_loan or account.status == "closed" or not account.holder_ids & order.account.holder_ids:
            raise conflict(f"Account {account.number} cannot take over this standing order.")
        if account.id == order.to_account_id:
            raise conflict("An account cannot pay to itself.")
    if data.beneficiary_id is not None and order.beneficiary_id is None:
        raise conflict("This standing order pays to an account here, not to a beneficiary.")
    if data.beneficiary_id is not None or data.account_id is not None:
        beneficiary_id = data.beneficiary_id or order.beneficiary_id
        if beneficiary_id is not None:
            require_payee(account, get_or_404(db, Beneficiary, beneficiary_id, "beneficiary"))
    if data.next_run_on is not None and data.next_run_on <= bank_today():
        raise conflict("The next run must lie after today.")
    apply_changes(order, wanted)
    log(db, "update", "standing_order", order.id, ", ".join(sorted(wanted)))
    db.refresh(order)
    return StandingOrderOut.model_validate(order)


# --- Cards and disputes ---------------------------------------------------------------------------


@app.get("/cards", operation_id="list_cards", summary="List cards")
async def list_cards(
    db: Db,
    customer_id: Annotated[int | None, query_id("Only cards that this customer carries.")] = None,
    account_id: Annotated[int | None, query_id("Only cards of this account.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[CardOut]:
    """List cards by id, those that are no longer in use included."""
    query = select(Card).where(*given({Card.customer_id: customer_id, Card.account_id: account_id}))
    return page(db, query.order_by(Card.id), limit, offset, CardOut.model_validate)


@app.patch("/cards/{card_id}", operation_id="update_card", summary="Block a card or set its daily limit")
async def update_card(db: Db, card_id: Annotated[int, path_id("card")], data: CardIn) -> CardOut:
    """Change a card's status or daily limit; what is left out stays.

    blocked is lifted with active; lost and stolen are final, and an expired card is not changed. Refused
    (409) if nothing would change. What was authorised before is not affected.
    """
    card = get_or_404(db, Card, card_id, "card")
    if card.status in ("lost", "stolen", "expired"):
        raise conflict(f"Card {card.id} is {card.status}: it cannot be changed any more.")
    wanted = data.model_dump(exclude_none=True)
    apply_changes(card, wanted)
    log(db, "update", "card", card.id, ", ".join(sorted(wanted)))
    return CardOut.model_validate(card)


@app.get(
    "/cards/{card_id}/transactions",
    operation_id="list_card_transactions",
    summary="List what a card was used for",
)
async def list_card_transactions(
    db: Db,
    card_id: Annotated[int, path_id("card")],
    day_from: Annotated[Day | None, Query(description="Only this day and later.")] = None,
    day_to: Annotated[Day | None, Query(description="Only this day and earlier.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[CardTransactionOut]:
    """List a card's transactions, the oldest first.

    authorised: held, and posted in the coming days; settled: posted; declined: never charged. entry_mode
    recurring is a charge that a merchant makes on a card it has on file.
    """
    get_or_404(db, Card, card_id, "card")
    query = select(CardTransaction).where(CardTransaction.card_id == card_id)
    if day_from is not None:
        query = query.where(CardTransaction.happened_at >= datetime.combine(day_from, time.min))
    if day_to is not None:
        query = query.where(CardTransaction.happened_at <= datetime.combine(day_to, time.max))
    query = query.order_by(CardTransaction.happened_at, CardTransaction.id)
    return page(db, query, limit, offset, CardTransactionOut.model_validate)


@app.post(
    "/card-transactions/{card_transaction_id}/dispute",
    operation_id="open_dispute",
    summary="Dispute a card transaction",
    status_code=201,
)
async def open_dispute(
    db: Db, card_transaction_id: Annotated[int, path_id("card transaction")], data: DisputeIn
) -> DisputeOut:
    """Open a dispute about a settled card transaction of the last 120 days, once for each.

    With provisional_credit the amount is credited to the card's account at once, against the bank's disputes
    receivable. Whether that is allowed is for the dispute policy to say.
    """
    transaction = get_or_404(db, CardTransaction, card_transaction_id, "card transaction")
    if transaction.status != "settled":
        raise conflict(f"Card transaction {transaction.id} is {transaction.status}, not settled.")
    if transaction.dispute is not None:
        raise conflict(f"Card transaction {transaction.id} has dispute {transaction.dispute.id} already.")
    if transaction.happened_at < bank_now() - timedelta(days=DISPUTE_DAYS):
        raise conflict(f"Card transaction {transaction.id} is older than {DISPUTE_DAYS} days.")
    account, credit = transaction.card.account, None
    if data.provisional_credit:
        if account.status == "closed":
            raise conflict(f"Account {account.number} is closed.")
        credit = post(
            db,
            "provisional_credit",
            bank_today(),
            f"Provisional credit: {transaction.merchant}",
            [
                on_ledger(db, DISPUTES, "debit", transaction.amount_cents),
                on_account(account, "credit", transaction.amount_cents),
            ],
            reference=f"CT-{transaction.id}",
        )
    dispute = Dispute(
        card_transaction_id=transaction.id,
        reason=data.reason,
        status="open",
        opened_by=OFFICER_ID,
        opened_at=bank_now(),
        journal_id=credit.id if credit else None,
    )
    db.add(dispute)
    db.flush()
    log(db, "open", "dispute", dispute.id, f"{transaction.merchant}, {money(transaction.amount_cents)}")
    return DisputeOut.model_validate(dispute)


# --- Fees -----------------------------------------------------------------------------------------


@app.get("/fees", operation_id="list_fees", summary="List fees that accounts were charged")
async def list_fees(
    db: Db,
    account_id: Annotated[int | None, query_id("Only fees of this account.")] = None,
    customer_id: Annotated[int | None, query_id("Only fees of accounts that this customer holds.")] = None,
    fee_code: Annotated[Words | None, Query(description="Only fees with exactly this code.")] = None,
    status: Annotated[FeeStatus | None, Query(description="Only fees of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[FeeOut]:
    """List fees by the day of the charge, each with ground and day of its waiver if it was given back."""
    query = select(Fee).join(FeeType)
    query = query.where(*given({Fee.account_id: account_id, FeeType.code: fee_code, Fee.status: status}))
    if customer_id is not None:
        query = query.where(held_by(Fee.account_id, customer_id))
    return page(db, query.order_by(Fee.charged_on, Fee.id), limit, offset, FeeOut.model_validate)


@app.post("/fees/{fee_id}/waive", operation_id="waive_fee", summary="Give a fee back")
async def waive_fee(db: Db, fee_id: Annotated[int, path_id("fee")], data: WaiverIn) -> FeeOut:
    """Give a whole fee back to the account that paid it, with today's value date; this cannot be undone.

    Refused (409) if the fee was given back before, or the account is closed. Which fees may be given back,
    and on which ground, is for the fee policy to say.
    """
    fee = get_or_404(db, Fee, fee_id, "fee")
    if fee.status == "waived":
        raise conflict(f"Fee {fee.id} was given back already.")
    if fee.account.status == "closed":
        raise conflict(f"Account {fee.account.number} is closed.")
    journal = post(
        db,
        "fee_waiver",
        bank_today(),
        f"{fee.fee_name} given back",
        [
            Entry(fee.fee_type.income_gl_account_id, "debit", fee.amount_cents),
            on_account(fee.account, "credit", fee.amount_cents),
        ],
        reference=f"FEE-{fee.id}",
    )
    fee.status = "waived"
    fee.waiver = FeeWaiver(
        granted_by=OFFICER_ID, granted_at=bank_now(), journal_id=journal.id, **data.model_dump()
    )
    log(db, "waive", "fee", fee.id, data.ground)
    return FeeOut.model_validate(fee)


# --- Interest and statements ----------------------------------------------------------------------


@app.get("/interest-accruals", operation_id="list_accruals", summary="List the interest that accounts earned")
async def list_accruals(
    db: Db,
    account_id: Annotated[int | None, query_id("Only accruals of this account.")] = None,
    paid: Annotated[
        bool | None, Query(description="true: only what was paid out; false: only the rest.")
    ] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[AccrualOut]:
    """List accruals of interest by first day and account.

    The overnight batch accrues a month when it ends and pays what was accrued at the end of each quarter.
    """
    query = select(InterestAccrual).where(*given({InterestAccrual.account_id: account_id}))
    if paid is not None:
        unpaid = InterestAccrual.payment_journal_id.is_(None)
        query = query.where(~unpaid if paid else unpaid)
    query = query.order_by(InterestAccrual.from_day, InterestAccrual.account_id)
    return page(db, query, limit, offset, AccrualOut.model_validate)


@app.post(
    "/accounts/{account_id}/interest-accruals",
    operation_id="accrue_interest",
    summary="Accrue a savings account's interest",
    status_code=201,
)
async def accrue_interest(
    db: Db, account_id: Annotated[int, path_id("savings account")], data: AccrualIn
) -> AccrualOut:
    """Work out and post the interest of a savings account, from where its last accrual ended up to to_day.

    to_day lies before today and in an open month; the accrual starts no earlier than that month. Interest is
    reckoned on each day's closing balance by value date, actual/365, at the rate of the day, and rounded half
    up. It is set aside, not yet credited: pay_interest does that. Refused (409) if there is nothing to
    accrue.
    """
    account = get_or_404(db, Account, account_id, "account")
    if account.kind != "savings" or account.status == "closed":
        raise conflict(f"Account {account.number} is no open savings account.")
    if data.to_day >= bank_today():
        raise conflict("to_day must lie before today.")
    require_open_month(db, data.to_day)
    period = db.scalars(
        select(AccrualPeriod).where(
            AccrualPeriod.first_day <= data.to_day, data.to_day <= AccrualPeriod.last_day
        )
    ).one()
    last = select(func.max(InterestAccrual.to_day)).where(InterestAccrual.account_id == account.id)
    start = max(period.first_day, account.opened_on)
    if (done := db.scalars(last).one()) is not None:
        start = max(start, done + timedelta(days=1))
    amount = interest(db, account, start, data.to_day) if start <= data.to_day else 0
    if amount == 0:
        raise conflict(f"Account {account.number} has nothing to accrue up to {data.to_day}.")
    journal = post(
        db,
        "interest_accrual",
        data.to_day,
        f"Interest of {account.number} from {start} to {data.to_day}",
        [
            on_ledger(db, INTEREST_EXPENSE, "debit", amount),
            on_ledger(db, INTEREST_PAYABLE, "credit", amount),
        ],
        reference=account.number,
    )
    accrual = InterestAccrual(
        account_id=account.id,
        period_id=period.id,
        from_day=start,
        to_day=data.to_day,
        amount_cents=amount,
        journal_id=journal.id,
    )
    db.add(accrual)
    db.flush()
    log(db, "accrue", "interest_accrual", accrual.id, f"{account.number}: {money(amount)}")
    return AccrualOut.model_validate(accrual)


@app.post(
    "/accounts/{account_id}/interest-payment",
    operation_id="pay_interest",
    summary="Credit accrued interest to the account",
)
async def pay_interest(db: Db, account_id: Annotated[int, path_id("savings account")]) -> PaymentOut:
    """Credit everything that was accrued for a savings account and not yet paid, with today's value date.

    Days that were not accrued are not paid. Refused (409) if nothing is accrued, or the account is closed.
    """
    account = get_or_404(db, Account, account_id, "account")
    if account.status == "closed":
        raise conflict(f"Account {account.number} is closed.")
    unpaid = select(InterestAccrual).where(
        InterestAccrual.account_id == account.id, InterestAccrual.payment_journal_id.is_(None)
    )
    accruals = db.scalars(unpaid.order_by(InterestAccrual.id)).all()
    if not accruals:
        raise conflict(f"No interest of account {account.number} waits to be paid.")
    amount = sum(accrual.amount_cents for accrual in accruals)
    journal = post(
        db,
        "interest_payment",
        bank_today(),
        f"Interest of {account.number}",
        [on_ledger(db, INTEREST_PAYABLE, "debit", amount), on_account(account, "credit", amount)],
        reference=account.number,
    )
    for accrual in accruals:
        accrual.payment_journal_id = journal.id
    log(db, "pay", "interest_accrual", accruals[-1].id, f"{account.number}: {money(amount)}")
    return PaymentOut(
        account_id=account.id,
        amount_cents=amount,
        accrual_ids=[accrual.id for accrual in accruals],
        journal_id=journal.id,
    )


@app.post(
    "/accounts/{account_id}/statements",
    operation_id="issue_statement",
    summary="Issue a statement",
    status_code=201,
)
async def issue_statement(
    db: Db, account_id: Annotated[int, path_id("account")], data: StatementIn
) -> StatementOut:
    """Issue a statement from the day after the account's last one up to to_day, and send it to the holders.

    It shows the balances at both ends by value date and counts the postings between. It cannot be taken back,
    and a day is never on two statements.
    """
    account = get_or_404(db, Account, account_id, "account")
    if data.to_day > bank_today():
        raise conflict("A statement cannot reach beyond today.")
    last = db.scalars(select(func.max(Statement.to_day)).where(Statement.account_id == account.id)).one()
    start = last + timedelta(days=1) if last else account.opened_on
    if data.to_day < start:
        raise conflict(
            f"The statements of account {account.number} reach to {start - timedelta(days=1)} already."
        )
    between = (
        select(func.count(Posting.id))
        .join(Journal)
        .where(
            Journal.status == "posted",
            Posting.account_id == account.id,
            Journal.value_date >= start,
            Journal.value_date <= data.to_day,
        )
    )
    statement = Statement(
        account_id=account.id,
        from_day=start,
        to_day=data.to_day,
        opening_cents=balance(db, account, start - timedelta(days=1)),
        closing_cents=balance(db, account, data.to_day),
        posting_count=db.scalars(between).one(),
        issued_by=OFFICER_ID,
        issued_at=bank_now(),
    )
    db.add(statement)
    db.flush()
    log(db, "issue", "statement", statement.id, f"{account.number} to {data.to_day}")
    return StatementOut.model_validate(statement)


# --- Requests and the audit log -------------------------------------------------------------------


@app.get("/service-requests", operation_id="list_requests", summary="List what customers ask for")
async def list_requests(
    db: Db,
    customer_id: Annotated[int | None, query_id("Only requests of this customer.")] = None,
    topic: Annotated[RequestTopic | None, Query(description="Only requests on this topic.")] = None,
    status: Annotated[RequestStatus | None, Query(description="Only requests of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[ServiceRequestOut]:
    """List customers' requests in their own words, the oldest first, with the channel they came by."""
    filters = {
        ServiceRequest.customer_id: customer_id,
        ServiceRequest.topic: topic,
        ServiceRequest.status: status,
    }
    query = select(ServiceRequest).where(*given(filters))
    query = query.order_by(ServiceRequest.received_at, ServiceRequest.id)
    return page(db, query, limit, offset, ServiceRequestOut.model_validate)


@app.post("/service-requests/{request_id}/close", operation_id="close_request", summary="Close a request")
async def close_request(
    db: Db, request_id: Annotated[int, path_id("request")], data: OutcomeIn
) -> ServiceRequestOut:
    """Close an open request as done or declined: a mark that is final and carries nothing out."""
    request = get_or_404(db, ServiceRequest, request_id, "request")
    if request.status != "open":
        raise conflict(f"Request {request.id} is {request.status} already.")
    request.status, request.comment = data.outcome, data.comment
    request.handled_by, request.handled_at = OFFICER_ID, bank_now()
    log(db, "close", "service_request", request.id, data.outcome)
    return ServiceRequestOut.model_validate(request)


@app.get("/audit-log", operation_id="list_audit_log", summary="List who changed what, and when")
async def list_audit_log(
    db: Db,
    entity: Annotated[AuditEntity | None, Query(description="Only changes of this kind of record.")] = None,
    entity_id: Annotated[int | None, query_id("Only changes of the record with this id.")] = None,
    staff_id: Annotated[int | None, query_id("Only changes by this member of staff.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[AuditOut]:
    """List the audit log, the latest first. Each change by a member of staff writes one row."""
    filters = {AuditLog.entity: entity, AuditLog.entity_id: entity_id, AuditLog.staff_id: staff_id}
    query = select(AuditLog).where(*given(filters)).order_by(AuditLog.at.desc(), AuditLog.id.desc())
    return page(db, query, limit, offset, AuditOut.model_validate)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.getenv("PORT", "8000")))
