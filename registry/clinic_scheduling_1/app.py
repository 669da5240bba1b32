"""The scheduling desk of Tamarack Outpatient Clinics: one FastAPI app over one SQLite database.

Times are clinic time, which is UTC, and are stored without an offset. A visit occupies its practitioner
and its room from `start_at` to `busy_until` (the end plus the type's buffer), and its patient from
`start_at` to `end_at`. The application enforces what must never happen (double bookings, missing licences,
spent referrals, impossible state changes). What the desk must decide with judgement stands in the
policies, which are documents. Every change writes one row of the audit log.
"""

import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Generic, Literal, NoReturn, TypeVar, get_args

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
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
    or_,
    select,
)
from sqlalchemy.dialects.sqlite import DATETIME, TIME
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

DATABASE_URL = os.getenv("DATABASE_PATH", "sqlite:///clinic_scheduling_1.db")
CURRENT_USER_ID = 1
MAX_ID = 2**31 - 1
SLOT_MINUTES = 15
MAX_SEARCH_DAYS = 14
CHECK_IN_OPENS = timedelta(minutes=60)
NO_SHOW_AFTER = timedelta(minutes=15)

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

StaffRole = Literal["coordinator", "manager", "nurse", "front_desk"]
RoomKind = Literal["consult", "procedure", "imaging", "therapy"]
ClosureReason = Literal["equipment_fault", "maintenance", "cleaning", "other"]
AbsenceKind = Literal["leave", "sick", "training", "other"]
Channel = Literal["sms", "email", "phone"]
ReferralStatus = Literal["active", "revoked"]
SeriesStatus = Literal["active", "closed"]
AppointmentStatus = Literal["booked", "confirmed", "checked_in", "completed", "cancelled", "no_show"]
Party = Literal["patient", "clinic"]
CancelReason = Literal[
    "patient_request",
    "illness",
    "moved_away",
    "transport",
    "practitioner_absent",
    "room_unavailable",
    "duplicate",
    "other",
]
Priority = Literal["urgent", "soon", "routine"]
WaitStatus = Literal["waiting", "booked", "withdrawn"]
FeeKind = Literal["late_cancel", "no_show"]
FeeStatus = Literal["open", "paid", "waived"]
WaiverReason = Literal["clinic_error", "medical", "first_time", "goodwill"]
ReminderStatus = Literal["pending", "sent", "cancelled"]
Direction = Literal["inbound", "outbound"]
InboundTopic = Literal["fee_waiver_request", "reschedule_request", "question"]
OutboundTopic = Literal["schedule_change", "wait_list_offer", "preparation", "fee", "general"]
Topic = Literal[
    "fee_waiver_request",
    "reschedule_request",
    "question",
    "schedule_change",
    "wait_list_offer",
    "preparation",
    "fee",
    "general",
]
PolicyStatus = Literal["in_force", "superseded"]

ACTIVE = ("booked", "confirmed", "checked_in")
"""The states in which a visit occupies its practitioner, room and patient."""
OPEN = ("booked", "confirmed")
"""The states from which a visit can still be moved or cancelled."""
CLINIC_REASONS = ("practitioner_absent", "room_unavailable")
PATIENT_REASONS = ("patient_request", "illness", "moved_away", "transport")


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
        time: TIME(truncate_microseconds=True),
    }


class Site(Base):
    """A clinic site."""

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    phone: Mapped[str]
    opens_at: Mapped[time]
    closes_at: Mapped[time]

    __table_args__ = (CheckConstraint("opens_at < closes_at"),)


class StaffUser(Base):
    """A member of staff who uses the desk; id 1 is signed in."""

    __tablename__ = "staff_users"

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    home_site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))

    __table_args__ = (one_of("role", StaffRole),)


class Policy(Base):
    """A version of a written policy; at most one version of a code is in force."""

    __tablename__ = "policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    effective_from: Mapped[date]
    body: Mapped[str]

    __table_args__ = (UniqueConstraint("code", "version"), one_of("status", PolicyStatus))


class Equipment(Base):
    """A kind of equipment that rooms hold and appointment types need."""

    __tablename__ = "equipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class RoomEquipment(Base):
    """Which room holds which equipment."""

    __tablename__ = "room_equipment"

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"), primary_key=True)


class Room(Base):
    """A room of a site."""

    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    kind: Mapped[str]
    step_free: Mapped[bool]
    is_active: Mapped[bool]

    equipment: Mapped[list[Equipment]] = relationship(secondary="room_equipment", order_by="Equipment.id")

    __table_args__ = (UniqueConstraint("site_id", "name"), one_of("kind", RoomKind))


class RoomClosure(Base):
    """A time for which a room cannot be booked."""

    __tablename__ = "room_closures"

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    reason: Mapped[str]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_users.id"))

    __table_args__ = (CheckConstraint("start_at < end_at"), one_of("reason", ClosureReason))


class Specialty(Base):
    """A medical specialty."""

    __tablename__ = "specialties"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class PractitionerSpecialty(Base):
    """Which practitioner practises which specialty."""

    __tablename__ = "practitioner_specialties"

    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioners.id"), primary_key=True)
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"), primary_key=True)


class SiteLicence(Base):
    """A practitioner's licence to practise at a site, by days."""

    __tablename__ = "site_licences"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioners.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    licence_no: Mapped[str] = mapped_column(unique=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    __table_args__ = (UniqueConstraint("practitioner_id", "site_id", "valid_from"),)


class AvailabilityTemplate(Base):
    """Weekly hours of a practitioner at a site, valid for some days."""

    __tablename__ = "availability_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioners.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    weekday: Mapped[int]
    start_time: Mapped[time]
    end_time: Mapped[time]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6"),
        CheckConstraint("start_time < end_time"),
        Index("ix_availability_templates_practitioner", "practitioner_id", "weekday"),
    )


class Practitioner(Base):
    """Someone who holds visits."""

    __tablename__ = "practitioners"

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    profession: Mapped[str]
    languages: Mapped[str]
    accepts_new_patients: Mapped[bool]
    is_active: Mapped[bool]

    specialties: Mapped[list[Specialty]] = relationship(
        secondary="practitioner_specialties", order_by="Specialty.id"
    )
    licences: Mapped[list[SiteLicence]] = relationship(order_by="SiteLicence.id")
    weekly_hours: Mapped[list[AvailabilityTemplate]] = relationship(
        order_by="AvailabilityTemplate.weekday, AvailabilityTemplate.start_time, AvailabilityTemplate.id"
    )


class Absence(Base):
    """A time at which a practitioner is not there, whatever their weekly hours say."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioners.id"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    kind: Mapped[str]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_users.id"))

    __table_args__ = (CheckConstraint("start_at < end_at"), one_of("kind", AbsenceKind))


class AppointmentTypeEquipment(Base):
    """Which appointment type needs which equipment."""

    __tablename__ = "appointment_type_equipment"

    appointment_type_id: Mapped[int] = mapped_column(ForeignKey("appointment_types.id"), primary_key=True)
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"), primary_key=True)


class AppointmentType(Base):
    """A kind of visit: how long, where, at what notice and what price."""

    __tablename__ = "appointment_types"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    duration_minutes: Mapped[int]
    buffer_minutes: Mapped[int]
    room_kind: Mapped[str]
    for_new_patients: Mapped[bool]
    min_notice_hours: Mapped[int]
    late_cancel_hours: Mapped[int]
    late_cancel_fee_cents: Mapped[int]
    no_show_fee_cents: Mapped[int]
    list_price_cents: Mapped[int]
    preparation: Mapped[str]

    specialty: Mapped[Specialty] = relationship(lazy="joined", innerjoin=True)
    equipment: Mapped[list[Equipment]] = relationship(
        secondary="appointment_type_equipment", order_by="Equipment.id"
    )

    __table_args__ = (
        CheckConstraint("duration_minutes > 0"),
        CheckConstraint("buffer_minutes >= 0"),
        CheckConstraint("min_notice_hours >= 0"),
        CheckConstraint("late_cancel_hours >= 0"),
        CheckConstraint("late_cancel_fee_cents >= 0"),
        CheckConstraint("no_show_fee_cents >= 0"),
        CheckConstraint("list_price_cents >= 0"),
        one_of("room_kind", RoomKind),
    )


class Insurer(Base):
    """An insurance company."""

    __tablename__ = "insurers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class InsurancePlan(Base):
    """A plan that an insurer sells."""

    __tablename__ = "insurance_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    insurer_id: Mapped[int] = mapped_column(ForeignKey("insurers.id"))
    name: Mapped[str] = mapped_column(unique=True)


class CoverageRule(Base):
    """What a plan pays for an appointment type, and on which condition."""

    __tablename__ = "coverage_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("insurance_plans.id"))
    appointment_type_id: Mapped[int] = mapped_column(ForeignKey("appointment_types.id"))
    covered: Mapped[bool]
    copay_cents: Mapped[int]
    referral_required: Mapped[bool]

    plan: Mapped[InsurancePlan] = relationship(lazy="joined", innerjoin=True)
    appointment_type: Mapped[AppointmentType] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        UniqueConstraint("plan_id", "appointment_type_id"),
        CheckConstraint("copay_cents >= 0"),
        CheckConstraint("covered OR copay_cents = 0"),
    )


class Patient(Base):
    """A patient and how to reach them."""

    __tablename__ = "patients"

    id: Mapped[int] = mapped_column(primary_key=True)
    mrn: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    date_of_birth: Mapped[date]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    preferred_channel: Mapped[str]
    language: Mapped[str]
    uses_wheelchair: Mapped[bool]
    home_site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    is_active: Mapped[bool]

    insurances: Mapped[list["PatientInsurance"]] = relationship(order_by="PatientInsurance.valid_from")

    __table_args__ = (
        one_of("preferred_channel", Channel),
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL"),
        Index("ix_patients_full_name", "full_name"),
    )


class PatientInsurance(Base):
    """A plan that a patient holds from one day to another."""

    __tablename__ = "patient_insurances"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("insurance_plans.id"))
    member_no: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    plan: Mapped[InsurancePlan] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (UniqueConstraint("patient_id", "valid_from"),)


class Referral(Base):
    """A letter that authorises some visits of a specialty until a day."""

    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    referred_by: Mapped[str]
    reason: Mapped[str]
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    visits_authorised: Mapped[int]
    visits_used: Mapped[int]
    status: Mapped[str]

    specialty: Mapped[Specialty] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        CheckConstraint("visits_authorised > 0"),
        CheckConstraint("visits_used BETWEEN 0 AND visits_authorised"),
        CheckConstraint("issued_on <= valid_until"),
        one_of("status", ReferralStatus),
        Index("ix_referrals_patient", "patient_id"),
    )


class Series(Base):
    """A run of visits of one type with one practitioner."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioners.id"))
    appointment_type_id: Mapped[int] = mapped_column(ForeignKey("appointment_types.id"))
    cadence_days: Mapped[int]
    planned_visits: Mapped[int]
    status: Mapped[str]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("cadence_days BETWEEN 1 AND 90"),
        CheckConstraint("planned_visits BETWEEN 2 AND 52"),
        one_of("status", SeriesStatus),
    )


class Appointment(Base):
    """A visit: who, with whom, where, when, who pays and in which state."""

    __tablename__ = "appointments"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioners.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    appointment_type_id: Mapped[int] = mapped_column(ForeignKey("appointment_types.id"))
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referrals.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    self_pay: Mapped[bool]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    busy_until: Mapped[datetime]
    status: Mapped[str]
    cancelled_by: Mapped[str | None]
    cancel_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship(lazy="joined", innerjoin=True)
    practitioner: Mapped[Practitioner] = relationship(lazy="joined", innerjoin=True)
    room: Mapped[Room] = relationship(lazy="joined", innerjoin=True)
    appointment_type: Mapped[AppointmentType] = relationship(lazy="joined", innerjoin=True)
    reminders: Mapped[list["Reminder"]] = relationship(order_by="Reminder.id")

    __table_args__ = (
        CheckConstraint("start_at < end_at"),
        CheckConstraint("end_at <= busy_until"),
        CheckConstraint("(status = 'cancelled') = (cancelled_by IS NOT NULL)"),
        CheckConstraint("(status = 'cancelled') = (cancel_reason IS NOT NULL)"),
        one_of("status", AppointmentStatus),
        one_of("cancelled_by", Party),
        one_of("cancel_reason", CancelReason),
        Index("ix_appointments_practitioner", "practitioner_id", "start_at"),
        Index("ix_appointments_room", "room_id", "start_at"),
        Index("ix_appointments_patient", "patient_id", "start_at"),
    )


class WaitListEntry(Base):
    """A patient's wish for a visit of a type."""

    __tablename__ = "wait_list_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    appointment_type_id: Mapped[int] = mapped_column(ForeignKey("appointment_types.id"))
    priority: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    cancelled_appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    requested_at: Mapped[datetime]
    status: Mapped[str]
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    remark: Mapped[str]

    patient: Mapped[Patient] = relationship(lazy="joined", innerjoin=True)
    appointment_type: Mapped[AppointmentType] = relationship(lazy="joined", innerjoin=True)
    windows: Mapped[list["WaitListWindow"]] = relationship(
        order_by="WaitListWindow.weekday, WaitListWindow.start_time, WaitListWindow.id"
    )

    __table_args__ = (
        one_of("priority", Priority),
        one_of("status", WaitStatus),
        CheckConstraint("(status = 'booked') = (appointment_id IS NOT NULL)"),
        Index("ix_wait_list_entries_type", "appointment_type_id", "status"),
    )


class WaitListWindow(Base):
    """A weekly time at which a waiting patient can come."""

    __tablename__ = "wait_list_windows"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("wait_list_entries.id"))
    weekday: Mapped[int]
    start_time: Mapped[time]
    end_time: Mapped[time]

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6"),
        CheckConstraint("start_time < end_time"),
    )


class Fee(Base):
    """A charge for a late cancellation or a missed visit."""

    __tablename__ = "fees"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"))
    kind: Mapped[str]
    amount_cents: Mapped[int]
    status: Mapped[str]
    charged_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    patient: Mapped[Patient] = relationship(lazy="joined", innerjoin=True)
    appointment: Mapped[Appointment] = relationship()

    __table_args__ = (
        UniqueConstraint("appointment_id", "kind"),
        CheckConstraint("amount_cents > 0"),
        CheckConstraint("(status = 'open') = (settled_at IS NULL)"),
        one_of("kind", FeeKind),
        one_of("status", FeeStatus),
    )


class FeeWaiver(Base):
    """On which ground a fee was waived, and by whom."""

    __tablename__ = "fee_waivers"

    id: Mapped[int] = mapped_column(primary_key=True)
    fee_id: Mapped[int] = mapped_column(ForeignKey("fees.id"), unique=True)
    reason: Mapped[str]
    comment: Mapped[str]
    granted_by: Mapped[int] = mapped_column(ForeignKey("staff_users.id"))
    granted_at: Mapped[datetime]

    __table_args__ = (one_of("reason", WaiverReason),)


class Reminder(Base):
    """A reminder of a visit, to be sent at a time."""

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"))
    channel: Mapped[str]
    send_at: Mapped[datetime]
    status: Mapped[str]

    __table_args__ = (
        one_of("channel", Channel),
        one_of("status", ReminderStatus),
        Index("ix_reminders_appointment", "appointment_id"),
    )


class Message(Base):
    """A message from or to a patient."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    direction: Mapped[str]
    channel: Mapped[str]
    topic: Mapped[str]
    body: Mapped[str]
    handled: Mapped[bool]
    created_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        one_of("direction", Direction),
        one_of("channel", Channel),
        one_of("topic", Topic),
        Index("ix_messages_patient", "patient_id"),
    )


class Note(Base):
    """A note by staff on a patient's record."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("staff_users.id"))
    body: Mapped[str]
    created_at: Mapped[datetime]

    author: Mapped[StaffUser] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (Index("ix_notes_patient", "patient_id"),)


class AuditLog(Base):
    """A change that was made here."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_users.id"))
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[int]
    detail: Mapped[str]

    __table_args__ = (Index("ix_audit_log_entity", "entity", "entity_id"),)


Base.metadata.create_all(engine)


# ----------------------------------------------------------------------------------------------------
# Types of arguments
# ----------------------------------------------------------------------------------------------------


def _plain_text(value: str) -> str:
    if any(ord(char) < 32 and char not in "\n\t" for char in value):
        raise ValueError("must not contain control characters")
    return value


def _clinic_time(value: datetime) -> datetime:
    if not 2000 <= value.year <= 2100:
        raise ValueError("the year must lie between 2000 and 2100")
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    if value.second or value.microsecond:
        raise ValueError("must be a full minute")
    return value


def _on_the_grid(value: datetime) -> datetime:
    if value.minute % SLOT_MINUTES:
        raise ValueError(f"visits start on a multiple of {SLOT_MINUTES} minutes (:00, :15, :30 or :45)")
    return value


def _clinic_day(value: date) -> date:
    if not 1900 <= value.year <= 2100:
        raise ValueError("the year must lie between 1900 and 2100")
    return value


def _time_of_day(value: time) -> time:
    return value.replace(second=0, microsecond=0, tzinfo=None)


Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Moment = Annotated[datetime, AfterValidator(_clinic_time)]
StartMoment = Annotated[datetime, AfterValidator(_clinic_time), AfterValidator(_on_the_grid)]
Day = Annotated[date, AfterValidator(_clinic_day)]
TimeOfDay = Annotated[time, AfterValidator(_time_of_day)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_plain_text)
]
Paragraph = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_plain_text)
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()-]{5,24}$")]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
]


def path_id(what: str) -> Any:
    """Return the declaration of an id in the path."""
    return Path(ge=1, le=MAX_ID, description=f"Id of the {what}.")


def query_id(what: str) -> Any:
    """Return the declaration of an optional id filter."""
    return Query(ge=1, le=MAX_ID, description=what)


Limit = Annotated[int, Query(ge=1, le=100, description="At most this many items.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Skip this many items first.")]
Words = Annotated[str | None, Query(min_length=1, max_length=80, description="Part of the name, any case.")]


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


class NamedOut(Out):
    """Anything with an id and a name."""

    id: int
    name: str


class DeskOut(BaseModel):
    """Who is signed in, and when."""

    user_id: int
    full_name: str
    role: StaffRole
    home_site: NamedOut
    now: datetime
    weekday: str


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


class SiteOut(Out):
    """A site."""

    id: int
    code: str
    name: str
    address: str
    phone: str
    opens_at: time
    closes_at: time


class RoomOut(Out):
    """A room as lists show it."""

    id: int
    site_id: int
    name: str
    kind: RoomKind
    is_active: bool


class EquipmentOut(Out):
    """A kind of equipment."""

    id: int
    code: str
    name: str


class ClosureOut(Out):
    """A room's closure."""

    id: int
    room_id: int
    start_at: datetime
    end_at: datetime
    reason: ClosureReason


class RoomDetailOut(RoomOut):
    """A room in full."""

    step_free: bool
    equipment: list[EquipmentOut]
    closures: list[ClosureOut] = Field(description="Closures that have not ended yet.")


class ClosureResultOut(ClosureOut):
    """A new closure, and how many visits it affects."""

    affected_visits: int = Field(
        description="Booked or confirmed visits in the room that overlap the closure."
    )


class PractitionerOut(Out):
    """A practitioner as lists show them."""

    id: int
    full_name: str
    profession: str
    specialties: list[NamedOut]
    is_active: bool


class LicenceOut(Out):
    """A licence for a site."""

    site_id: int
    licence_no: str
    valid_from: date
    valid_until: date | None


class HoursOut(Out):
    """Weekly hours at a site."""

    site_id: int
    weekday: int = Field(description="0 is Monday, 6 is Sunday.")
    start_time: time
    end_time: time
    valid_from: date
    valid_until: date | None


class AbsenceOut(Out):
    """An absence."""

    id: int
    practitioner_id: int
    start_at: datetime
    end_at: datetime
    kind: AbsenceKind


class PractitionerDetailOut(PractitionerOut):
    """A practitioner in full."""

    languages: str
    accepts_new_patients: bool
    licences: list[LicenceOut]
    weekly_hours: list[HoursOut]
    absences: list[AbsenceOut] = Field(description="Absences that have not ended yet.")


class AbsenceResultOut(AbsenceOut):
    """A new absence, and how many visits it affects."""

    affected_visits: int = Field(description="Booked or confirmed visits that overlap the absence.")


class AppointmentTypeOut(Out):
    """An appointment type as lists show it."""

    id: int
    code: str
    name: str
    specialty: NamedOut
    duration_minutes: int


class AppointmentTypeDetailOut(AppointmentTypeOut):
    """An appointment type in full; amounts are in cents."""

    buffer_minutes: int
    room_kind: RoomKind
    equipment: list[EquipmentOut]
    for_new_patients: bool
    min_notice_hours: int
    late_cancel_hours: int
    late_cancel_fee_cents: int
    no_show_fee_cents: int
    list_price_cents: int
    preparation: str


class SlotOut(BaseModel):
    """A time at which a practitioner and at least one room are free."""

    start_at: datetime
    end_at: datetime
    site_id: int
    practitioner_id: int
    practitioner_name: str
    free_room_ids: list[int]


class CoverageOut(BaseModel):
    """What a plan pays for an appointment type."""

    plan_id: int
    plan_name: str
    appointment_type_id: int
    appointment_type_code: str
    covered: bool
    copay_cents: int
    referral_required: bool


class PatientOut(Out):
    """A patient as lists show them."""

    id: int
    mrn: str
    full_name: str
    date_of_birth: date
    home_site_id: int


class InsuranceOut(Out):
    """An insurance; a null valid_until means no end."""

    plan: NamedOut
    member_no: str
    valid_from: date
    valid_until: date | None


class PatientDetailOut(PatientOut):
    """A patient in full."""

    phone: str | None
    email: str | None
    preferred_channel: Channel
    language: str
    uses_wheelchair: bool
    is_active: bool
    insurances: list[InsuranceOut]


class ReferralOut(Out):
    """A referral."""

    id: int
    patient_id: int
    specialty: NamedOut
    referred_by: str
    reason: str
    issued_on: date
    valid_until: date
    visits_authorised: int
    visits_used: int
    status: ReferralStatus


class AppointmentOut(BaseModel):
    """An appointment as lists show it."""

    id: int
    start_at: datetime
    end_at: datetime
    status: AppointmentStatus
    patient_id: int
    patient_name: str
    practitioner_id: int
    practitioner_name: str
    site_id: int
    room_id: int
    appointment_type_id: int
    appointment_type_code: str


class ReminderOut(Out):
    """A reminder."""

    id: int
    appointment_id: int
    channel: Channel
    send_at: datetime
    status: ReminderStatus


class AppointmentDetailOut(AppointmentOut):
    """An appointment in full."""

    appointment_type_name: str
    room_name: str
    busy_until: datetime
    referral_id: int | None
    series_id: int | None
    self_pay: bool
    cancelled_by: Party | None
    cancel_reason: CancelReason | None
    reminders: list[ReminderOut]
    created_at: datetime
    updated_at: datetime


class FeeOut(BaseModel):
    """A fee, with the start of the visit it belongs to."""

    id: int
    patient_id: int
    patient_name: str
    appointment_id: int
    kind: FeeKind
    amount_cents: int
    status: FeeStatus
    appointment_start_at: datetime
    charged_at: datetime
    settled_at: datetime | None


class OutcomeOut(AppointmentDetailOut):
    """An appointment after a change that may charge a fee."""

    fee: FeeOut | None = Field(description="The fee that this change charged, if it charged one.")


class SeriesOut(Out):
    """A series."""

    id: int
    patient_id: int
    practitioner_id: int
    appointment_type_id: int
    cadence_days: int
    planned_visits: int
    status: SeriesStatus
    created_at: datetime
    closed_at: datetime | None


class WaitListOut(BaseModel):
    """A wait-list entry as lists show it."""

    id: int
    patient_id: int
    patient_name: str
    appointment_type_id: int
    appointment_type_code: str
    priority: Priority
    requested_at: datetime
    status: WaitStatus


class WindowOut(Out):
    """A weekly time at which a patient can come."""

    weekday: int = Field(description="0 is Monday, 6 is Sunday.")
    start_time: time
    end_time: time


class WaitListDetailOut(WaitListOut):
    """A wait-list entry in full."""

    site_id: int | None = Field(description="The only site the patient accepts; null means any site.")
    windows: list[WindowOut] = Field(
        description="When the patient can come; an empty list means at any time."
    )
    cancelled_appointment_id: int | None = Field(
        description="The visit that the clinic cancelled and that led to this entry; null if there was none."
    )
    appointment_id: int | None
    remark: str


class MessageOut(BaseModel):
    """A message."""

    id: int
    patient_id: int
    patient_name: str
    appointment_id: int | None
    direction: Direction
    channel: Channel
    topic: Topic
    body: str
    handled: bool
    created_at: datetime


class NoteOut(BaseModel):
    """A note."""

    id: int
    patient_id: int
    appointment_id: int | None
    author_name: str
    body: str
    created_at: datetime


class AuditOut(Out):
    """A row of the audit log."""

    id: int
    at: datetime
    user_id: int
    action: str
    entity: str
    entity_id: int
    detail: str


# ----------------------------------------------------------------------------------------------------
# Requests
# ----------------------------------------------------------------------------------------------------


class ClosureIn(Body):
    """A closure to record."""

    start_at: Moment = Field(description="When the room closes, clinic time, e.g. 2026-04-01T08:00:00.")
    end_at: Moment = Field(description="When the room opens again; after start_at and in the future.")
    reason: ClosureReason = Field(description="Why the room is closed.")


class AbsenceIn(Body):
    """An absence to record."""

    start_at: Moment = Field(description="Start of the absence, clinic time, e.g. 2026-04-01T08:00:00.")
    end_at: Moment = Field(description="End of the absence; after start_at and in the future.")
    kind: AbsenceKind = Field(description="What kind of absence it is.")


class ContactIn(Body):
    """Contact details to change."""

    phone: Phone | None = Field(None, description="New phone number; leave out to keep the present one.")
    email: Email | None = Field(None, description="New e-mail address; leave out to keep the present one.")
    preferred_channel: Channel | None = Field(
        None, description="New preferred channel; leave out to keep it."
    )


class ReferralIn(Body):
    """A referral letter to register."""

    specialty_id: Id = Field(description="Id of the specialty the patient is referred to.")
    referred_by: Line = Field(description="Name of the referring doctor.")
    reason: Line = Field(description="Reason given in the letter.")
    issued_on: Day = Field(description="Day of issue, not in the future, e.g. 2026-03-02.")
    valid_until: Day = Field(description="Last day on which the referral is valid.")
    visits_authorised: int = Field(ge=1, le=52, description="How many visits it authorises.")


class PlaceIn(Body):
    """What every booking needs besides the patient and the type."""

    practitioner_id: Id = Field(description="Id of the practitioner.")
    room_id: Id = Field(description="Id of the room; the visit takes place at the room's site.")
    start_at: StartMoment = Field(
        description="Start on a quarter hour, clinic time, e.g. 2026-04-01T10:15:00."
    )
    referral_id: Id | None = Field(None, description="Referral to use up one visit of; null for none.")
    self_pay: bool = Field(
        False, description="True only if the patient agreed to pay the list price because insurance does not."
    )


class BookingIn(PlaceIn):
    """A visit to book."""

    patient_id: Id = Field(description="Id of the patient.")
    appointment_type_id: Id = Field(description="Id of the appointment type.")
    series_id: Id | None = Field(None, description="Series the visit belongs to; null for a single visit.")


class RescheduleIn(Body):
    """Where a visit is to go."""

    start_at: StartMoment = Field(description="New start on a quarter hour, e.g. 2026-04-01T10:15:00.")
    practitioner_id: Id | None = Field(None, description="New practitioner; null keeps the present one.")
    room_id: Id | None = Field(None, description="New room, at any site; null keeps the present one.")


class RoomChangeIn(Body):
    """The room a visit is to have."""

    room_id: Id = Field(description="Id of the new room, at the same site.")


class CancelIn(Body):
    """Who cancels a visit, and why."""

    cancelled_by: Party = Field(description="Who cancels. A late cancellation by the patient costs a fee.")
    reason: CancelReason = Field(
        description="practitioner_absent and room_unavailable are for the clinic; patient_request, illness, "
        "moved_away and transport for the patient; duplicate and other for both."
    )


class SeriesIn(Body):
    """A series to open."""

    patient_id: Id = Field(description="Id of the patient.")
    practitioner_id: Id = Field(description="Id of the practitioner who holds all visits.")
    appointment_type_id: Id = Field(description="Id of the appointment type of all visits.")
    cadence_days: int = Field(ge=1, le=90, description="Days from one visit to the next: 7 is weekly.")
    planned_visits: int = Field(ge=2, le=52, description="How many visits the series is to have.")


class WindowIn(Body):
    """A weekly time at which the patient can come."""

    weekday: int = Field(ge=0, le=6, description="0 is Monday, 6 is Sunday.")
    start_time: TimeOfDay = Field(description="From when the patient can come, e.g. 09:00.")
    end_time: TimeOfDay = Field(description="Until when the patient can stay, e.g. 12:30.")


class WaitListIn(Body):
    """A patient to put on the wait list."""

    patient_id: Id = Field(description="Id of the patient.")
    appointment_type_id: Id = Field(description="Id of the appointment type wanted.")
    priority: Priority = Field(description="Priority; the policies say which one applies.")
    site_id: Id | None = Field(None, description="The only site the patient accepts; null for any site.")
    windows: list[WindowIn] = Field(
        default_factory=list, max_length=14, description="When the patient can come; empty for at any time."
    )
    cancelled_appointment_id: Id | None = Field(
        None, description="A visit of this patient that the clinic cancelled and that led to this entry."
    )
    remark: Annotated[str, StringConstraints(max_length=500), AfterValidator(_plain_text)] = Field(
        "", description="Anything the desk should know."
    )


class WaiverIn(Body):
    """The ground of a waiver."""

    reason: WaiverReason = Field(description="Ground of the waiver, as the policy in force names it.")
    comment: Annotated[str, StringConstraints(max_length=500), AfterValidator(_plain_text)] = Field(
        "", description="Anything worth recording."
    )


class ReminderIn(Body):
    """A reminder to schedule."""

    channel: Channel = Field(description="How to remind the patient.")
    send_at: Moment = Field(description="When to send it: in the future and before the visit starts.")


class MessageIn(Body):
    """A message to send."""

    patient_id: Id = Field(description="Id of the patient.")
    topic: OutboundTopic = Field(description="What the message is about.")
    body: Paragraph = Field(description="The text of the message.")
    appointment_id: Id | None = Field(None, description="The visit it is about; null for none.")
    channel: Channel | None = Field(None, description="How to send it; null means the preferred channel.")


class NoteIn(Body):
    """A note to add."""

    body: Paragraph = Field(description="The text of the note.")
    appointment_id: Id | None = Field(None, description="The visit it is about; null for none.")


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


def clinic_now() -> datetime:
    """Return the present time as the clinic writes it: UTC, no offset, full seconds."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def refuse(message: str) -> NoReturn:
    """Answer 409: the request is well-formed, and a rule or the present state forbids it."""
    raise HTTPException(409, message)


def fetch(db: Session, model: type[Row], row_id: int) -> Row:
    """Return a row by id, or answer 404."""
    row = db.get(model, row_id)
    if row is None:
        raise HTTPException(404, f"no {model.__name__} with id {row_id}")
    return row


def record(db: Session, action: str, entity: str, entity_id: int, detail: str = "") -> None:
    """Write one row of the audit log."""
    db.add(
        AuditLog(
            at=clinic_now(),
            user_id=CURRENT_USER_ID,
            action=action,
            entity=entity,
            entity_id=entity_id,
            detail=detail,
        )
    )


def rows_of(db: Session, query: Select[tuple[Row]], limit: int, offset: int) -> tuple[int, Sequence[Row]]:
    """Return how many rows match, and the slice asked for."""
    total = db.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return total, db.scalars(query.limit(limit).offset(offset)).unique().all()


def page_of(
    db: Session, query: Select[tuple[Row]], limit: int, offset: int, model: type[Result]
) -> Page[Result]:
    """Return a page of rows whose attributes are the response's fields."""
    total, rows = rows_of(db, query, limit, offset)
    return Page(total=total, items=[model.model_validate(row) for row in rows])


def day_bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the start of the first day and the end of the last."""
    return datetime.combine(first, time.min), datetime.combine(last, time.min) + timedelta(days=1)


# ----------------------------------------------------------------------------------------------------
# Rules of scheduling
# ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """The time a visit takes: its end frees the patient, `busy_until` the practitioner and the room."""

    start: datetime
    end: datetime
    busy_until: datetime

    @classmethod
    def of(cls, kind: AppointmentType, start: datetime) -> "Span":
        """Return the span of a visit of that type."""
        end = start + timedelta(minutes=kind.duration_minutes)
        return cls(start, end, end + timedelta(minutes=kind.buffer_minutes))

    @property
    def day(self) -> date:
        """The day the visit starts on."""
        return self.start.date()


def in_force(row: SiteLicence | AvailabilityTemplate | PatientInsurance, day: date) -> bool:
    """Say whether a dated row holds on that day; both ends count."""
    return row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)


@dataclass(frozen=True)
class Calendar:
    """A practitioner's absences and visits over some days, read once and asked often."""

    practitioner: Practitioner
    absences: Sequence[Absence]
    visits: Sequence[Appointment]

    def problem(self, kind: AppointmentType, site_id: int, span: Span) -> str | None:
        """Say why the practitioner cannot hold the visit, or None if nothing speaks against it."""
        who = self.practitioner.full_name
        if not self.practitioner.is_active:
            return f"{who} no longer works for the clinic"
        if kind.specialty_id not in {specialty.id for specialty in self.practitioner.specialties}:
            return f"{who} does not practise {kind.specialty.name}"
        if kind.for_new_patients and not self.practitioner.accepts_new_patients:
            return f"{who} accepts no new patients, and {kind.code} is for new patients"
        if not any(row.site_id == site_id and in_force(row, span.day) for row in self.practitioner.licences):
            return f"{who} has no licence for site {site_id} on {span.day}"
        if not any(self._works(row, site_id, span) for row in self.practitioner.weekly_hours):
            return f"{who} does not work at site {site_id} from {span.start} to {span.end}"
        for absence in self.absences:
            if absence.start_at < span.end and span.start < absence.end_at:
                return f"{who} is absent from {absence.start_at} to {absence.end_at}"
        for visit in self.visits:
            if visit.start_at < span.busy_until and span.start < visit.busy_until:
                return (
                    f"{who} is busy with appointment {visit.id} from {visit.start_at} to {visit.busy_until}"
                )
        return None

    @staticmethod
    def _works(hours: AvailabilityTemplate, site_id: int, span: Span) -> bool:
        return (
            hours.site_id == site_id
            and hours.weekday == span.start.weekday()
            and in_force(hours, span.day)
            and span.end.date() == span.day
            and hours.start_time <= span.start.time()
            and span.end.time() <= hours.end_time
        )


def load_calendar(
    db: Session, practitioner: Practitioner, first: date, last: date, ignore: int | None = None
) -> Calendar:
    """Read a practitioner's calendar for some days, leaving out the visit with id `ignore`."""
    start, end = day_bounds(first, last)
    absences = select(Absence).where(
        Absence.practitioner_id == practitioner.id, Absence.start_at < end, Absence.end_at > start
    )
    visits = select(Appointment).where(
        Appointment.practitioner_id == practitioner.id,
        Appointment.status.in_(ACTIVE),
        Appointment.start_at < end,
        Appointment.busy_until > start,
    )
    if ignore is not None:
        visits = visits.where(Appointment.id != ignore)
    return Calendar(
        practitioner,
        db.scalars(absences.order_by(Absence.start_at, Absence.id)).all(),
        db.scalars(visits.order_by(Appointment.start_at, Appointment.id)).all(),
    )


def room_problem(
    db: Session, room: Room, kind: AppointmentType, span: Span, ignore: int | None = None
) -> str | None:
    """Say why the visit cannot take place in the room, or None if nothing speaks against it."""
    if not room.is_active:
        return f"room {room.name} is out of use"
    if room.kind != kind.room_kind:
        return f"{kind.code} needs a {kind.room_kind} room, and {room.name} is a {room.kind} room"
    missing = {item.code for item in kind.equipment} - {item.code for item in room.equipment}
    if missing:
        return f"room {room.name} lacks {', '.join(sorted(missing))}"
    closure = db.scalar(
        select(RoomClosure)
        .where(
            RoomClosure.room_id == room.id,
            RoomClosure.start_at < span.busy_until,
            RoomClosure.end_at > span.start,
        )
        .order_by(RoomClosure.start_at, RoomClosure.id)
        .limit(1)
    )
    if closure is not None:
        return f"room {room.name} is closed from {closure.start_at} to {closure.end_at}"
    visit = first_visit(db, Appointment.room_id == room.id, span.start, span.busy_until, ignore)
    if visit is not None:
        return f"room {room.name} is taken by appointment {visit.id} until {visit.busy_until}"
    return None


def first_visit(
    db: Session, where: Any, start: datetime, busy_until: datetime, ignore: int | None
) -> Appointment | None:
    """Return the first active visit among `where` that occupies any of the time."""
    query = select(Appointment).where(
        where,
        Appointment.status.in_(ACTIVE),
        Appointment.start_at < busy_until,
        Appointment.busy_until > start,
    )
    if ignore is not None:
        query = query.where(Appointment.id != ignore)
    return db.scalars(query.order_by(Appointment.start_at, Appointment.id).limit(1)).first()


def patient_problem(db: Session, patient: Patient, span: Span, ignore: int | None = None) -> str | None:
    """Say why the patient cannot come, or None. Buffers do not concern patients."""
    if not patient.is_active:
        return f"{patient.full_name}'s record is closed"
    query = select(Appointment).where(
        Appointment.patient_id == patient.id,
        Appointment.status.in_(ACTIVE),
        Appointment.start_at < span.end,
        Appointment.end_at > span.start,
    )
    if ignore is not None:
        query = query.where(Appointment.id != ignore)
    visit = db.scalars(query.order_by(Appointment.start_at, Appointment.id).limit(1)).first()
    if visit is not None:
        return f"{patient.full_name} has appointment {visit.id} from {visit.start_at} to {visit.end_at}"
    return None


def notice_problem(kind: AppointmentType, start: datetime) -> str | None:
    """Say why the start is too soon, or None."""
    earliest = clinic_now() + timedelta(hours=kind.min_notice_hours)
    if start >= earliest:
        return None
    return f"{kind.code} needs {kind.min_notice_hours} hours of notice, so it cannot start before {earliest}"


def require_schedulable(
    db: Session,
    patient: Patient,
    practitioner: Practitioner,
    room: Room,
    kind: AppointmentType,
    start: datetime,
    ignore: int | None = None,
) -> Span:
    """Return the visit's span, or answer 409 with the first thing that speaks against it."""
    span = Span.of(kind, start)
    calendar = load_calendar(db, practitioner, span.day, span.day, ignore)
    problem = (
        notice_problem(kind, start)
        or calendar.problem(kind, room.site_id, span)
        or room_problem(db, room, kind, span, ignore)
        or patient_problem(db, patient, span, ignore)
    )
    if problem:
        refuse(problem)
    return span


def free_rooms(db: Session, kind: AppointmentType, site_id: int, span: Span) -> list[Room]:
    """Return the site's rooms that suit the type and are free, lowest id first."""
    rooms = db.scalars(select(Room).where(Room.site_id == site_id).order_by(Room.id)).all()
    return [room for room in rooms if room_problem(db, room, kind, span) is None]


# ----------------------------------------------------------------------------------------------------
# Rules of payment
# ----------------------------------------------------------------------------------------------------


def coverage_on(db: Session, patient: Patient, kind: AppointmentType, day: date) -> CoverageRule | None:
    """Return the rule of the patient's plan on that day, or None if nothing is insured."""
    held = [row for row in patient.insurances if in_force(row, day)]
    if not held:
        return None
    rule = db.scalar(
        select(CoverageRule).where(
            CoverageRule.plan_id == held[-1].plan_id, CoverageRule.appointment_type_id == kind.id
        )
    )
    return rule if rule is not None and rule.covered else None


def require_payable(
    db: Session,
    patient: Patient,
    kind: AppointmentType,
    day: date,
    referral: Referral | None,
    self_pay: bool,
    counted: bool = False,
) -> None:
    """Answer 409 unless insurance, referral or the patient pays; `counted`: the visit is in visits_used."""
    if self_pay:
        if referral is not None:
            refuse("a self-pay visit uses no referral: leave referral_id out")
        return
    rule = coverage_on(db, patient, kind, day)
    if rule is None:
        refuse(f"no insurance of {patient.full_name} covers {kind.code} on {day}; only self_pay is possible")
    if referral is None:
        if rule.referral_required:
            refuse(f"{rule.plan.name} pays {kind.code} only on a referral: give a referral_id")
        return
    if referral.patient_id != patient.id:
        refuse(f"referral {referral.id} is not {patient.full_name}'s")
    if referral.specialty_id != kind.specialty_id:
        refuse(f"referral {referral.id} is for {referral.specialty.name}, not {kind.specialty.name}")
    if referral.status != "active":
        refuse(f"referral {referral.id} is {referral.status}")
    if not referral.issued_on <= day <= referral.valid_until:
        refuse(
            f"referral {referral.id} is valid from {referral.issued_on} to {referral.valid_until}, "
            f"not on {day}"
        )
    if not counted and referral.visits_used >= referral.visits_authorised:
        refuse(f"referral {referral.id} has no visits left ({referral.visits_used} used)")


def charge(db: Session, visit: Appointment, kind: FeeKind, amount_cents: int) -> Fee | None:
    """Add an open fee for a visit; a type whose fee is zero charges none."""
    if amount_cents == 0:
        return None
    fee = Fee(
        patient_id=visit.patient_id,
        appointment_id=visit.id,
        kind=kind,
        amount_cents=amount_cents,
        status="open",
        charged_at=clinic_now(),
    )
    db.add(fee)
    db.flush()
    return fee


# ----------------------------------------------------------------------------------------------------
# Steps that several endpoints share
# ----------------------------------------------------------------------------------------------------


def create_visit(
    db: Session, place: PlaceIn, patient: Patient, kind: AppointmentType, series_id: int | None = None
) -> Appointment:
    """Check every rule, add the visit and use up a visit of its referral."""
    practitioner = fetch(db, Practitioner, place.practitioner_id)
    room = fetch(db, Room, place.room_id)
    referral = fetch(db, Referral, place.referral_id) if place.referral_id is not None else None
    require_payable(db, patient, kind, place.start_at.date(), referral, place.self_pay)
    span = require_schedulable(db, patient, practitioner, room, kind, place.start_at)
    if referral is not None:
        referral.visits_used += 1
    now = clinic_now()
    visit = Appointment(
        patient=patient,
        practitioner=practitioner,
        site_id=room.site_id,
        room=room,
        appointment_type=kind,
        referral_id=place.referral_id,
        series_id=series_id,
        self_pay=place.self_pay,
        start_at=span.start,
        end_at=span.end,
        busy_until=span.busy_until,
        status="booked",
        created_at=now,
        updated_at=now,
    )
    db.add(visit)
    db.flush()
    return visit


def require_status(visit: Appointment, allowed: Sequence[str], step: str) -> None:
    """Answer 409 unless the visit is in one of the states from which the step is possible."""
    if visit.status not in allowed:
        refuse(
            f"appointment {visit.id} is {visit.status}: {step} is possible only from {' or '.join(allowed)}"
        )


def move_reminders(visit: Appointment, shift: timedelta) -> None:
    """Keep the lead time of pending reminders; one that would lie in the past is cancelled."""
    for reminder in visit.reminders:
        if reminder.status == "pending":
            reminder.send_at += shift
            if reminder.send_at <= clinic_now():
                reminder.status = "cancelled"


def appointment_summary(visit: Appointment) -> dict[str, Any]:
    """Return the fields that lists show of a visit."""
    return {
        "id": visit.id,
        "start_at": visit.start_at,
        "end_at": visit.end_at,
        "status": visit.status,
        "patient_id": visit.patient_id,
        "patient_name": visit.patient.full_name,
        "practitioner_id": visit.practitioner_id,
        "practitioner_name": visit.practitioner.full_name,
        "site_id": visit.site_id,
        "room_id": visit.room_id,
        "appointment_type_id": visit.appointment_type_id,
        "appointment_type_code": visit.appointment_type.code,
    }


def appointment_fields(visit: Appointment) -> dict[str, Any]:
    """Return every field of a visit."""
    return appointment_summary(visit) | {
        "appointment_type_name": visit.appointment_type.name,
        "room_name": visit.room.name,
        "busy_until": visit.busy_until,
        "referral_id": visit.referral_id,
        "series_id": visit.series_id,
        "self_pay": visit.self_pay,
        "cancelled_by": visit.cancelled_by,
        "cancel_reason": visit.cancel_reason,
        "reminders": [ReminderOut.model_validate(reminder) for reminder in visit.reminders],
        "created_at": visit.created_at,
        "updated_at": visit.updated_at,
    }


def appointment_detail(visit: Appointment) -> AppointmentDetailOut:
    """Return the response that shows a visit in full."""
    return AppointmentDetailOut(**appointment_fields(visit))


def fee_out(fee: Fee) -> FeeOut:
    """Return the response that shows a fee."""
    return FeeOut(
        id=fee.id,
        patient_id=fee.patient_id,
        patient_name=fee.patient.full_name,
        appointment_id=fee.appointment_id,
        kind=fee.kind,
        amount_cents=fee.amount_cents,
        status=fee.status,
        appointment_start_at=fee.appointment.start_at,
        charged_at=fee.charged_at,
        settled_at=fee.settled_at,
    )


def outcome(visit: Appointment, fee: Fee | None) -> OutcomeOut:
    """Return the response to a change that may have charged a fee."""
    return OutcomeOut(**appointment_fields(visit), fee=fee_out(fee) if fee is not None else None)


def wait_list_summary(entry: WaitListEntry) -> dict[str, Any]:
    """Return the fields that lists show of a wait-list entry."""
    return {
        "id": entry.id,
        "patient_id": entry.patient_id,
        "patient_name": entry.patient.full_name,
        "appointment_type_id": entry.appointment_type_id,
        "appointment_type_code": entry.appointment_type.code,
        "priority": entry.priority,
        "requested_at": entry.requested_at,
        "status": entry.status,
    }


def wait_list_detail(entry: WaitListEntry) -> WaitListDetailOut:
    """Return the response that shows a wait-list entry in full."""
    return WaitListDetailOut(
        **wait_list_summary(entry),
        site_id=entry.site_id,
        windows=[WindowOut.model_validate(window) for window in entry.windows],
        cancelled_appointment_id=entry.cancelled_appointment_id,
        appointment_id=entry.appointment_id,
        remark=entry.remark,
    )


def message_out(message: Message) -> MessageOut:
    """Return the response that shows a message."""
    return MessageOut(
        id=message.id,
        patient_id=message.patient_id,
        patient_name=message.patient.full_name,
        appointment_id=message.appointment_id,
        direction=message.direction,
        channel=message.channel,
        topic=message.topic,
        body=message.body,
        handled=message.handled,
        created_at=message.created_at,
    )


def note_out(note: Note) -> NoteOut:
    """Return the response that shows a note."""
    return NoteOut(
        id=note.id,
        patient_id=note.patient_id,
        appointment_id=note.appointment_id,
        author_name=note.author.full_name,
        body=note.body,
        created_at=note.created_at,
    )


def require_visit_of(db: Session, patient: Patient, appointment_id: int | None) -> None:
    """Answer 404 or 409 unless the visit, if one is named, is the patient's."""
    if appointment_id is not None and fetch(db, Appointment, appointment_id).patient_id != patient.id:
        refuse(f"appointment {appointment_id} is not {patient.full_name}'s")


def require_reachable(patient: Patient, channel: str) -> None:
    """Answer 409 if the patient's record lacks what the channel needs."""
    if (patient.email if channel == "email" else patient.phone) is None:
        refuse(f"{patient.full_name} cannot be reached by {channel}: the record has no such contact")


def require_future_span(start: datetime, end: datetime) -> None:
    """Answer 422 unless the end comes after the start and after now."""
    if start >= end:
        raise HTTPException(422, "end_at must come after start_at")
    if end <= clinic_now():
        raise HTTPException(422, "end_at must lie in the future")


def count_open_visits(db: Session, where: Any, start: datetime, end: datetime) -> int:
    """Count the booked and confirmed visits among `where` that overlap a time."""
    query = select(func.count(Appointment.id)).where(
        where, Appointment.status.in_(OPEN), Appointment.start_at < end, Appointment.end_at > start
    )
    return db.scalar(query) or 0


# ----------------------------------------------------------------------------------------------------
# The app
# ----------------------------------------------------------------------------------------------------

app = FastAPI(
    title="Clinic scheduling desk",
    version="1.0.0",
    description="Scheduling desk of Tamarack Outpatient Clinics. All times are clinic time (UTC).",
    responses={
        404: {"model": Problem, "description": "Something named in the request does not exist."},
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


# Desk and policies


@app.get("/desk", operation_id="get_desk", summary="Who is signed in, and the clinic's present time")
async def get_desk(db: Db) -> DeskOut:
    """Return the signed-in coordinator, their home site and the present clinic time with its weekday."""
    user = fetch(db, StaffUser, CURRENT_USER_ID)
    now = clinic_now()
    return DeskOut(
        user_id=user.id,
        full_name=user.full_name,
        role=user.role,
        home_site=NamedOut.model_validate(fetch(db, Site, user.home_site_id)),
        now=now,
        weekday=now.strftime("%A"),
    )


@app.get("/policies", operation_id="list_policies", summary="List the clinic's written policies")
async def list_policies(
    db: Db,
    status: Annotated[PolicyStatus | None, Query(description="Only policies of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[PolicyOut]:
    """List policies by code and version, without their text.

    Only a version in force binds the desk; superseded versions are kept for the record. Read one with
    get_policy before you waive fees, fill freed slots, handle absences or closures, or set up a series:
    the application does not enforce what policies say.
    """
    query = select(Policy).order_by(Policy.code, Policy.version)
    if status is not None:
        query = query.where(Policy.status == status)
    return page_of(db, query, limit, offset, PolicyOut)


@app.get("/policies/{policy_id}", operation_id="get_policy", summary="Read one policy")
async def get_policy(db: Db, policy_id: Annotated[int, path_id("policy")]) -> PolicyTextOut:
    """Return a policy with its full text. Ids come from list_policies."""
    return PolicyTextOut.model_validate(fetch(db, Policy, policy_id))


# Sites and rooms


@app.get("/sites", operation_id="list_sites", summary="List the clinic's sites")
async def list_sites(db: Db, limit: Limit = 20, offset: Offset = 0) -> Page[SiteOut]:
    """List the sites by id, with address and opening hours."""
    return page_of(db, select(Site).order_by(Site.id), limit, offset, SiteOut)


@app.get("/rooms", operation_id="list_rooms", summary="List rooms")
async def list_rooms(
    db: Db,
    site_id: Annotated[int | None, query_id("Only rooms of this site.")] = None,
    kind: Annotated[RoomKind | None, Query(description="Only rooms of this kind.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[RoomOut]:
    """List rooms by id. Equipment, step-free access and closures are shown by get_room only."""
    query = select(Room).order_by(Room.id)
    if site_id is not None:
        query = query.where(Room.site_id == site_id)
    if kind is not None:
        query = query.where(Room.kind == kind)
    return page_of(db, query, limit, offset, RoomOut)


@app.get("/rooms/{room_id}", operation_id="get_room", summary="Show one room in full")
async def get_room(db: Db, room_id: Annotated[int, path_id("room")]) -> RoomDetailOut:
    """Return a room with its equipment, whether it is step-free, and its present and coming closures."""
    room = fetch(db, Room, room_id)
    closures = db.scalars(
        select(RoomClosure)
        .where(RoomClosure.room_id == room_id, RoomClosure.end_at > clinic_now())
        .order_by(RoomClosure.start_at, RoomClosure.id)
    ).all()
    return RoomDetailOut(
        **RoomOut.model_validate(room).model_dump(),
        step_free=room.step_free,
        equipment=[EquipmentOut.model_validate(item) for item in room.equipment],
        closures=[ClosureOut.model_validate(closure) for closure in closures],
    )


@app.post("/rooms/{room_id}/closures", operation_id="create_room_closure", summary="Close a room for a time")
async def create_room_closure(
    db: Db, room_id: Annotated[int, path_id("room")], data: ClosureIn
) -> ClosureResultOut:
    """Close a room from start_at to end_at: nothing more can be booked into it for that time.

    Visits that are in the room already stay where they are, and are only counted in the answer: the desk
    must move them. Refused (409) if the room is closed already at any of that time.
    """
    room = fetch(db, Room, room_id)
    require_future_span(data.start_at, data.end_at)
    clash = select(RoomClosure.id).where(
        RoomClosure.room_id == room_id,
        RoomClosure.start_at < data.end_at,
        RoomClosure.end_at > data.start_at,
    )
    if db.scalars(clash.limit(1)).first() is not None:
        refuse(f"room {room.name} is closed already at some of that time")
    closure = RoomClosure(room_id=room_id, created_by=CURRENT_USER_ID, **data.model_dump())
    db.add(closure)
    db.flush()
    record(db, "create", "room_closure", closure.id, f"room {room.name}: {data.reason}")
    affected = count_open_visits(db, Appointment.room_id == room_id, data.start_at, data.end_at)
    db.commit()
    return ClosureResultOut(**ClosureOut.model_validate(closure).model_dump(), affected_visits=affected)


# Practitioners


@app.get("/practitioners", operation_id="list_practitioners", summary="List practitioners")
async def list_practitioners(
    db: Db,
    q: Words = None,
    specialty_id: Annotated[int | None, query_id("Only practitioners of this specialty.")] = None,
    site_id: Annotated[int | None, query_id("Only practitioners with weekly hours at this site.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[PractitionerOut]:
    """List practitioners by id, former ones included (is_active false).

    Licences, weekly hours, absences and whether they accept new patients are shown by get_practitioner
    only.
    """
    query = select(Practitioner).order_by(Practitioner.id)
    if q is not None:
        query = query.where(Practitioner.full_name.icontains(q, autoescape=True))
    if specialty_id is not None:
        query = query.where(Practitioner.specialties.any(Specialty.id == specialty_id))
    if site_id is not None:
        query = query.where(Practitioner.weekly_hours.any(AvailabilityTemplate.site_id == site_id))
    return page_of(db, query, limit, offset, PractitionerOut)


@app.get(
    "/practitioners/{practitioner_id}",
    operation_id="get_practitioner",
    summary="Show one practitioner in full",
)
async def get_practitioner(
    db: Db, practitioner_id: Annotated[int, path_id("practitioner")]
) -> PractitionerDetailOut:
    """Return a practitioner in full.

    Shows languages, licences per site, weekly hours, and present and coming absences.
    """
    practitioner = fetch(db, Practitioner, practitioner_id)
    absences = db.scalars(
        select(Absence)
        .where(Absence.practitioner_id == practitioner_id, Absence.end_at > clinic_now())
        .order_by(Absence.start_at, Absence.id)
    ).all()
    return PractitionerDetailOut(
        **PractitionerOut.model_validate(practitioner).model_dump(),
        languages=practitioner.languages,
        accepts_new_patients=practitioner.accepts_new_patients,
        licences=[LicenceOut.model_validate(row) for row in practitioner.licences],
        weekly_hours=[HoursOut.model_validate(row) for row in practitioner.weekly_hours],
        absences=[AbsenceOut.model_validate(row) for row in absences],
    )


@app.post(
    "/practitioners/{practitioner_id}/absences",
    operation_id="create_absence",
    summary="Record an absence of a practitioner",
)
async def create_absence(
    db: Db, practitioner_id: Annotated[int, path_id("practitioner")], data: AbsenceIn
) -> AbsenceResultOut:
    """Record that a practitioner is absent from start_at to end_at.

    Nothing more can be booked with them for that time. Visits booked already stay as they are, and are
    only counted in the answer: the desk must deal with each as the absence policy says. Refused (409) if
    an absence of theirs overlaps already.
    """
    practitioner = fetch(db, Practitioner, practitioner_id)
    require_future_span(data.start_at, data.end_at)
    clash = select(Absence.id).where(
        Absence.practitioner_id == practitioner_id,
        Absence.start_at < data.end_at,
        Absence.end_at > data.start_at,
    )
    if db.scalars(clash.limit(1)).first() is not None:
        refuse(f"{practitioner.full_name} is recorded as absent already at some of that time")
    absence = Absence(practitioner_id=practitioner_id, created_by=CURRENT_USER_ID, **data.model_dump())
    db.add(absence)
    db.flush()
    record(db, "create", "absence", absence.id, f"{practitioner.full_name}: {data.kind}")
    affected = count_open_visits(
        db, Appointment.practitioner_id == practitioner_id, data.start_at, data.end_at
    )
    db.commit()
    return AbsenceResultOut(**AbsenceOut.model_validate(absence).model_dump(), affected_visits=affected)


# Appointment types, slots and coverage


@app.get("/appointment-types", operation_id="list_appointment_types", summary="List appointment types")
async def list_appointment_types(
    db: Db,
    q: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Part of the name or code, any case.")
    ] = None,
    specialty_id: Annotated[int | None, query_id("Only types of this specialty.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[AppointmentTypeOut]:
    """List appointment types by id, each with its specialty and duration.

    Required room and equipment, buffer, notice, fees, list price and preparation are shown by
    get_appointment_type only.
    """
    query = select(AppointmentType).order_by(AppointmentType.id)
    if q is not None:
        matches = [
            column.icontains(q, autoescape=True) for column in (AppointmentType.name, AppointmentType.code)
        ]
        query = query.where(or_(*matches))
    if specialty_id is not None:
        query = query.where(AppointmentType.specialty_id == specialty_id)
    return page_of(db, query, limit, offset, AppointmentTypeOut)


@app.get(
    "/appointment-types/{appointment_type_id}",
    operation_id="get_appointment_type",
    summary="Show one appointment type in full",
)
async def get_appointment_type(
    db: Db, appointment_type_id: Annotated[int, path_id("appointment type")]
) -> AppointmentTypeDetailOut:
    """Return everything about an appointment type, amounts in cents, preparation instructions included."""
    return AppointmentTypeDetailOut.model_validate(fetch(db, AppointmentType, appointment_type_id))


@app.get("/open-slots", operation_id="find_open_slots", summary="Find times at which a visit can be booked")
async def find_open_slots(
    db: Db,
    appointment_type_id: Annotated[int, query_id("The appointment type.")],
    day_from: Annotated[Day, Query(description="First day to search, e.g. 2026-04-01.")],
    day_to: Annotated[Day, Query(description="Last day to search; at most 14 days in all.")],
    site_id: Annotated[int | None, query_id("Only slots at this site.")] = None,
    practitioner_id: Annotated[int | None, query_id("Only slots with this practitioner.")] = None,
    not_before: Annotated[TimeOfDay | None, Query(description="Earliest time of day, e.g. 13:00.")] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="At most this many slots.")] = 10,
) -> list[SlotOut]:
    """Return the earliest slots, ordered by start and practitioner.

    In a slot a practitioner of the type's specialty works and is free (licence, weekly hours, absences,
    buffers and minimum notice considered) and at least one suitable room of that site is free;
    free_room_ids lists these rooms. Insurance, referrals and the patient's own visits are not considered.
    Answers 422 if the days are out of order or more than 14.
    """
    kind = fetch(db, AppointmentType, appointment_type_id)
    if not timedelta(0) <= day_to - day_from < timedelta(days=MAX_SEARCH_DAYS):
        raise HTTPException(
            422, f"day_to must not precede day_from, and at most {MAX_SEARCH_DAYS} days count"
        )
    query = select(Practitioner).where(Practitioner.specialties.any(Specialty.id == kind.specialty_id))
    if practitioner_id is not None:
        query = query.where(Practitioner.id == practitioner_id)
    practitioners = db.scalars(query.order_by(Practitioner.id)).all()
    calendars = [load_calendar(db, practitioner, day_from, day_to) for practitioner in practitioners]
    slots: list[SlotOut] = []
    for offset in range((day_to - day_from).days + 1):
        for found in slots_of_day(
            db, kind, calendars, day_from + timedelta(days=offset), site_id, not_before
        ):
            slots.append(found)
            if len(slots) == limit:
                return slots
    return slots


def slots_of_day(
    db: Session,
    kind: AppointmentType,
    calendars: Sequence[Calendar],
    day: date,
    site_id: int | None,
    not_before: time | None,
) -> Iterator[SlotOut]:
    """Yield the slots of one day, by start and then practitioner."""
    midnight = datetime.combine(day, time.min)
    for minutes in range(0, 24 * 60, SLOT_MINUTES):
        span = Span.of(kind, midnight + timedelta(minutes=minutes))
        if (not_before is not None and span.start.time() < not_before) or notice_problem(kind, span.start):
            continue
        for calendar in calendars:
            sites = {
                row.site_id for row in calendar.practitioner.weekly_hours if row.weekday == day.weekday()
            }
            for site in sorted(sites if site_id is None else sites & {site_id}):
                rooms = free_rooms(db, kind, site, span) if not calendar.problem(kind, site, span) else []
                if rooms:
                    yield SlotOut(
                        start_at=span.start,
                        end_at=span.end,
                        site_id=site,
                        practitioner_id=calendar.practitioner.id,
                        practitioner_name=calendar.practitioner.full_name,
                        free_room_ids=[room.id for room in rooms],
                    )


@app.get("/free-rooms", operation_id="list_free_rooms", summary="List rooms free for a visit at a given time")
async def list_free_rooms(
    db: Db,
    appointment_type_id: Annotated[int, query_id("The appointment type.")],
    site_id: Annotated[int, query_id("The site.")],
    start_at: Annotated[StartMoment, Query(description="Start on a quarter hour, e.g. 2026-04-01T10:15:00.")],
) -> list[RoomOut]:
    """Return the site's rooms that suit the visit and are free, lowest id first.

    They have the kind and the equipment the type requires and are neither closed nor taken from start_at
    to the end of the visit's buffer. Step-free access is not considered.
    """
    kind = fetch(db, AppointmentType, appointment_type_id)
    fetch(db, Site, site_id)
    return [RoomOut.model_validate(room) for room in free_rooms(db, kind, site_id, Span.of(kind, start_at))]


@app.get("/coverage-rules", operation_id="list_coverage_rules", summary="List what an insurance plan covers")
async def list_coverage_rules(
    db: Db,
    plan_id: Annotated[int, query_id("The insurance plan.")],
    appointment_type_id: Annotated[int | None, query_id("Only the rule for this appointment type.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[CoverageOut]:
    """List a plan's rules by appointment type.

    A rule says whether the type is covered, the patient's co-payment in cents, and whether a referral is
    required. Plan ids are shown by get_patient.
    """
    fetch(db, InsurancePlan, plan_id)
    query = select(CoverageRule).where(CoverageRule.plan_id == plan_id)
    if appointment_type_id is not None:
        query = query.where(CoverageRule.appointment_type_id == appointment_type_id)
    total, rules = rows_of(db, query.order_by(CoverageRule.appointment_type_id), limit, offset)
    items = [
        CoverageOut(
            plan_id=rule.plan_id,
            plan_name=rule.plan.name,
            appointment_type_id=rule.appointment_type_id,
            appointment_type_code=rule.appointment_type.code,
            covered=rule.covered,
            copay_cents=rule.copay_cents,
            referral_required=rule.referral_required,
        )
        for rule in rules
    ]
    return Page(total=total, items=items)


# Patients and referrals


@app.get("/patients", operation_id="search_patients", summary="Search patients")
async def search_patients(
    db: Db,
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=80, description="Part of the name or record number, any case."),
    ] = None,
    date_of_birth: Annotated[Day | None, Query(description="Only patients born on this day.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[PatientOut]:
    """List patients by name and id.

    Different patients may bear the same name: compare the date of birth or the visits. Contact, preferred
    channel, mobility and insurance are shown by get_patient only.
    """
    query = select(Patient).order_by(Patient.full_name, Patient.id)
    if q is not None:
        matches = [column.icontains(q, autoescape=True) for column in (Patient.full_name, Patient.mrn)]
        query = query.where(or_(*matches))
    if date_of_birth is not None:
        query = query.where(Patient.date_of_birth == date_of_birth)
    return page_of(db, query, limit, offset, PatientOut)


@app.get("/patients/{patient_id}", operation_id="get_patient", summary="Show one patient in full")
async def get_patient(db: Db, patient_id: Annotated[int, path_id("patient")]) -> PatientDetailOut:
    """Return a patient with contact, preferred channel, wheelchair use and insurances.

    Past and coming insurances are included. An insurance is in force from valid_from to valid_until, both
    days included; null means no end.
    """
    return PatientDetailOut.model_validate(fetch(db, Patient, patient_id))


@app.patch(
    "/patients/{patient_id}/contact",
    operation_id="update_patient_contact",
    summary="Change a patient's contact details",
)
async def update_patient_contact(
    db: Db, patient_id: Annotated[int, path_id("patient")], data: ContactIn
) -> PatientDetailOut:
    """Change phone, e-mail or preferred channel; fields left out or null keep their value.

    Answers 422 if nothing is given, 409 if the preferred channel would have no contact to use.
    """
    patient = fetch(db, Patient, patient_id)
    changes = data.model_dump(exclude_none=True)
    if not changes:
        raise HTTPException(422, "give at least one of phone, email and preferred_channel")
    for field, value in changes.items():
        setattr(patient, field, value)
    require_reachable(patient, patient.preferred_channel)
    record(db, "update_contact", "patient", patient.id, ", ".join(sorted(changes)))
    db.commit()
    return PatientDetailOut.model_validate(patient)


@app.get(
    "/patients/{patient_id}/referrals", operation_id="list_referrals", summary="List a patient's referrals"
)
async def list_referrals(
    db: Db,
    patient_id: Annotated[int, path_id("patient")],
    specialty_id: Annotated[int | None, query_id("Only referrals to this specialty.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[ReferralOut]:
    """List a patient's referrals by day of issue, expired and revoked ones included.

    A referral can pay a visit if it is active, for the visit's specialty, valid on the visit's day (both
    ends count) and has visits left; every visit booked on it is in visits_used from the moment of booking.
    """
    fetch(db, Patient, patient_id)
    query = select(Referral).where(Referral.patient_id == patient_id)
    if specialty_id is not None:
        query = query.where(Referral.specialty_id == specialty_id)
    return page_of(db, query.order_by(Referral.issued_on, Referral.id), limit, offset, ReferralOut)


@app.post(
    "/patients/{patient_id}/referrals",
    operation_id="register_referral",
    summary="Register a referral letter",
    status_code=201,
)
async def register_referral(
    db: Db, patient_id: Annotated[int, path_id("patient")], data: ReferralIn
) -> ReferralOut:
    """Add an active referral with no visits used.

    Answers 422 if it is issued in the future or ends before its issue, 409 if the patient has one of the
    same specialty, doctor and day of issue already. Specialty ids are shown by list_appointment_types and
    list_practitioners.
    """
    patient = fetch(db, Patient, patient_id)
    specialty = fetch(db, Specialty, data.specialty_id)
    if data.issued_on > clinic_now().date():
        raise HTTPException(422, "issued_on must not lie in the future")
    if data.valid_until < data.issued_on:
        raise HTTPException(422, "valid_until must not precede issued_on")
    same = select(Referral.id).where(
        Referral.patient_id == patient_id,
        Referral.specialty_id == data.specialty_id,
        Referral.referred_by == data.referred_by,
        Referral.issued_on == data.issued_on,
    )
    if db.scalars(same.limit(1)).first() is not None:
        refuse("this referral is registered already")
    referral = Referral(patient_id=patient.id, visits_used=0, status="active", **data.model_dump())
    referral.specialty = specialty
    db.add(referral)
    db.flush()
    record(db, "create", "referral", referral.id, f"{patient.full_name}: {specialty.name}")
    db.commit()
    return ReferralOut.model_validate(referral)


# Appointments


@app.get("/appointments", operation_id="list_appointments", summary="List appointments")
async def list_appointments(
    db: Db,
    patient_id: Annotated[int | None, query_id("Only visits of this patient.")] = None,
    practitioner_id: Annotated[int | None, query_id("Only visits with this practitioner.")] = None,
    site_id: Annotated[int | None, query_id("Only visits at this site.")] = None,
    room_id: Annotated[int | None, query_id("Only visits in this room.")] = None,
    series_id: Annotated[int | None, query_id("Only visits of this series.")] = None,
    status: Annotated[AppointmentStatus | None, Query(description="Only visits in this state.")] = None,
    day_from: Annotated[Day | None, Query(description="Only visits on or after this day.")] = None,
    day_to: Annotated[Day | None, Query(description="Only visits on or before this day.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[AppointmentOut]:
    """List appointments by start and id, cancelled ones included unless you filter by status.

    Compare `total` with the number of items: the list may go on. Referral, series, self-pay and reminders
    are shown by get_appointment only.
    """
    filters = {
        Appointment.patient_id: patient_id,
        Appointment.practitioner_id: practitioner_id,
        Appointment.site_id: site_id,
        Appointment.room_id: room_id,
        Appointment.series_id: series_id,
        Appointment.status: status,
    }
    query = select(Appointment).where(
        *(column == value for column, value in filters.items() if value is not None)
    )
    if day_from is not None:
        query = query.where(Appointment.start_at >= datetime.combine(day_from, time.min))
    if day_to is not None:
        query = query.where(Appointment.start_at < datetime.combine(day_to, time.min) + timedelta(days=1))
    total, visits = rows_of(db, query.order_by(Appointment.start_at, Appointment.id), limit, offset)
    return Page(total=total, items=[AppointmentOut(**appointment_summary(visit)) for visit in visits])


@app.get(
    "/appointments/{appointment_id}", operation_id="get_appointment", summary="Show one appointment in full"
)
async def get_appointment(
    db: Db, appointment_id: Annotated[int, path_id("appointment")]
) -> AppointmentDetailOut:
    """Return an appointment with its referral, series, self-pay mark, cancellation and reminders."""
    return appointment_detail(fetch(db, Appointment, appointment_id))


@app.post("/appointments", operation_id="book_appointment", summary="Book a visit", status_code=201)
async def book_appointment(db: Db, data: BookingIn) -> AppointmentDetailOut:
    """Book a visit (state booked).

    Refused (409) unless: the type's minimum notice is kept; the practitioner is active, of the type's
    specialty, accepts new patients if the type is for them, is licensed and works at the room's site then,
    and is neither absent nor busy; the room has the required kind and equipment and is neither closed nor
    taken; the patient has no other visit then; and the visit is paid: the plan in force on that day covers
    the type (with a valid referral where the plan requires one), or self_pay is true. A referral loses one
    visit. With series_id the patient, practitioner and type must be the series', which must be active and
    not full. For a patient on the wait list use book_from_wait_list instead.
    """
    patient = fetch(db, Patient, data.patient_id)
    kind = fetch(db, AppointmentType, data.appointment_type_id)
    if data.series_id is not None:
        require_series_open(db, fetch(db, Series, data.series_id), data)
    visit = create_visit(db, data, patient, kind, data.series_id)
    record(db, "book", "appointment", visit.id, f"{patient.full_name}: {kind.code} at {visit.start_at}")
    db.commit()
    return appointment_detail(visit)


def require_series_open(db: Session, series: Series, data: BookingIn) -> None:
    """Answer 409 unless the visit fits the series and the series has room for it."""
    wanted = (data.patient_id, data.practitioner_id, data.appointment_type_id)
    if wanted != (series.patient_id, series.practitioner_id, series.appointment_type_id):
        refuse(f"patient, practitioner and type must be those of series {series.id}")
    if series.status != "active":
        refuse(f"series {series.id} is {series.status}")
    visits = select(func.count(Appointment.id)).where(
        Appointment.series_id == series.id, Appointment.status.not_in(("cancelled", "no_show"))
    )
    if (db.scalar(visits) or 0) >= series.planned_visits:
        refuse(f"series {series.id} has its {series.planned_visits} planned visits already")


@app.post(
    "/appointments/{appointment_id}/reschedule",
    operation_id="reschedule_appointment",
    summary="Move a visit to another time or practitioner",
)
async def reschedule_appointment(
    db: Db, appointment_id: Annotated[int, path_id("appointment")], data: RescheduleIn
) -> AppointmentDetailOut:
    """Move a visit to another start, practitioner or both, and if wanted to another room.

    Possible for a booked or confirmed visit that has not begun. All rules of booking hold for the new
    place and day. The visit returns to state booked, keeps its referral, and its pending reminders keep
    their lead time. To change nothing but the room use change_appointment_room, which keeps the state.
    """
    visit = fetch(db, Appointment, appointment_id)
    require_status(visit, OPEN, "rescheduling")
    if visit.start_at <= clinic_now():
        refuse(f"appointment {visit.id} should have begun already: it cannot be moved")
    practitioner = fetch(db, Practitioner, data.practitioner_id or visit.practitioner_id)
    room = fetch(db, Room, data.room_id or visit.room_id)
    if data.start_at == visit.start_at and practitioner.id == visit.practitioner_id:
        refuse("neither the start nor the practitioner would change")
    if visit.series_id is not None and practitioner.id != visit.practitioner_id:
        refuse("a visit of a series keeps the practitioner of the series")
    kind = visit.appointment_type
    referral = fetch(db, Referral, visit.referral_id) if visit.referral_id is not None else None
    require_payable(db, visit.patient, kind, data.start_at.date(), referral, visit.self_pay, counted=True)
    span = require_schedulable(db, visit.patient, practitioner, room, kind, data.start_at, ignore=visit.id)
    before = visit.start_at
    move_reminders(visit, span.start - before)
    visit.practitioner, visit.room, visit.site_id = practitioner, room, room.site_id
    visit.start_at, visit.end_at, visit.busy_until = span.start, span.end, span.busy_until
    visit.status, visit.updated_at = "booked", clinic_now()
    record(db, "reschedule", "appointment", visit.id, f"{before} -> {span.start}, {practitioner.full_name}")
    db.commit()
    return appointment_detail(visit)


@app.post(
    "/appointments/{appointment_id}/room",
    operation_id="change_appointment_room",
    summary="Move a visit to another room, same time",
)
async def change_appointment_room(
    db: Db, appointment_id: Annotated[int, path_id("appointment")], data: RoomChangeIn
) -> AppointmentDetailOut:
    """Give a booked or confirmed visit another room at the same site, keeping time, practitioner and state.

    The room must have the required kind and equipment and be neither closed nor taken (409 otherwise).
    Whether it suits a wheelchair is not checked.
    """
    visit = fetch(db, Appointment, appointment_id)
    room = fetch(db, Room, data.room_id)
    require_status(visit, OPEN, "a change of room")
    if room.id == visit.room_id:
        refuse(f"appointment {visit.id} is in room {room.name} already")
    if room.site_id != visit.site_id:
        refuse(f"room {room.name} is at another site")
    span = Span(visit.start_at, visit.end_at, visit.busy_until)
    problem = room_problem(db, room, visit.appointment_type, span, ignore=visit.id)
    if problem:
        refuse(problem)
    record(db, "change_room", "appointment", visit.id, f"{visit.room.name} -> {room.name}")
    visit.room, visit.updated_at = room, clinic_now()
    db.commit()
    return appointment_detail(visit)


@app.post(
    "/appointments/{appointment_id}/confirm",
    operation_id="confirm_appointment",
    summary="Confirm a booked visit",
)
async def confirm_appointment(
    db: Db, appointment_id: Annotated[int, path_id("appointment")]
) -> AppointmentDetailOut:
    """Take a visit from booked to confirmed: the patient has said that they will come."""
    visit = fetch(db, Appointment, appointment_id)
    require_status(visit, ("booked",), "confirming")
    return advance(db, visit, "confirmed", "confirm")


@app.post(
    "/appointments/{appointment_id}/check-in",
    operation_id="check_in_appointment",
    summary="Check in a patient who has arrived",
)
async def check_in_appointment(
    db: Db, appointment_id: Annotated[int, path_id("appointment")]
) -> AppointmentDetailOut:
    """Take a visit from confirmed to checked_in: the patient is at the site.

    Possible from 60 minutes before the start until the end of the day. A visit that is only booked must be
    confirmed first.
    """
    visit = fetch(db, Appointment, appointment_id)
    require_status(visit, ("confirmed",), "checking in")
    now = clinic_now()
    if not visit.start_at - CHECK_IN_OPENS <= now or visit.start_at.date() != now.date():
        refuse(
            f"appointment {visit.id} starts at {visit.start_at}: "
            "check-in opens 60 minutes before, on that day only"
        )
    return advance(db, visit, "checked_in", "check_in")


@app.post(
    "/appointments/{appointment_id}/complete",
    operation_id="complete_appointment",
    summary="Close a visit that has taken place",
)
async def complete_appointment(
    db: Db, appointment_id: Annotated[int, path_id("appointment")]
) -> AppointmentDetailOut:
    """Take a visit from checked_in to completed, once its start has passed."""
    visit = fetch(db, Appointment, appointment_id)
    require_status(visit, ("checked_in",), "completing")
    if visit.start_at > clinic_now():
        refuse(f"appointment {visit.id} has not begun: it starts at {visit.start_at}")
    return advance(db, visit, "completed", "complete")


def advance(db: Session, visit: Appointment, status: str, action: str) -> AppointmentDetailOut:
    """Put a visit into its next state and commit."""
    visit.status, visit.updated_at = status, clinic_now()
    record(db, action, "appointment", visit.id)
    db.commit()
    return appointment_detail(visit)


@app.post(
    "/appointments/{appointment_id}/no-show",
    operation_id="mark_no_show",
    summary="Record that a patient did not come",
)
async def mark_no_show(db: Db, appointment_id: Annotated[int, path_id("appointment")]) -> OutcomeOut:
    """Take a visit from booked or confirmed to no_show, at the earliest 15 minutes after its start.

    Charges the type's no-show fee by itself. The referral visit stays used. Final.
    """
    visit = fetch(db, Appointment, appointment_id)
    require_status(visit, OPEN, "a no-show")
    if clinic_now() < visit.start_at + NO_SHOW_AFTER:
        refuse(f"a no-show can be recorded from {visit.start_at + NO_SHOW_AFTER}")
    visit.status, visit.updated_at = "no_show", clinic_now()
    fee = charge(db, visit, "no_show", visit.appointment_type.no_show_fee_cents)
    record(db, "no_show", "appointment", visit.id, "fee charged" if fee else "")
    db.commit()
    return outcome(visit, fee)


@app.post(
    "/appointments/{appointment_id}/cancel", operation_id="cancel_appointment", summary="Cancel a visit"
)
async def cancel_appointment(
    db: Db, appointment_id: Annotated[int, path_id("appointment")], data: CancelIn
) -> OutcomeOut:
    """Cancel a booked or confirmed visit that has not begun.

    Final: a cancelled visit cannot be restored. The referral gets its visit back and pending reminders are
    cancelled. If the patient cancels later than the type's late_cancel_hours before the start, the late-
    cancel fee is charged by itself. The reason must fit who cancels.
    """
    visit = fetch(db, Appointment, appointment_id)
    require_status(visit, OPEN, "cancelling")
    now = clinic_now()
    if visit.start_at <= now:
        refuse(f"appointment {visit.id} should have begun already: record a no-show instead")
    if data.reason in (PATIENT_REASONS if data.cancelled_by == "clinic" else CLINIC_REASONS):
        refuse(f"{data.reason} is no reason for a cancellation by the {data.cancelled_by}")
    visit.status, visit.updated_at = "cancelled", now
    visit.cancelled_by, visit.cancel_reason = data.cancelled_by, data.reason
    if visit.referral_id is not None:
        fetch(db, Referral, visit.referral_id).visits_used -= 1
    for reminder in visit.reminders:
        if reminder.status == "pending":
            reminder.status = "cancelled"
    kind, fee = visit.appointment_type, None
    if data.cancelled_by == "patient" and visit.start_at - now < timedelta(hours=kind.late_cancel_hours):
        fee = charge(db, visit, "late_cancel", kind.late_cancel_fee_cents)
    record(db, "cancel", "appointment", visit.id, f"by {data.cancelled_by}: {data.reason}")
    db.commit()
    return outcome(visit, fee)


# Series


@app.get("/series", operation_id="list_series", summary="List recurring series")
async def list_series(
    db: Db,
    patient_id: Annotated[int | None, query_id("Only series of this patient.")] = None,
    status: Annotated[SeriesStatus | None, Query(description="Only series of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[SeriesOut]:
    """List series by id. Their visits are found with list_appointments and series_id."""
    query = select(Series).order_by(Series.id)
    if patient_id is not None:
        query = query.where(Series.patient_id == patient_id)
    if status is not None:
        query = query.where(Series.status == status)
    return page_of(db, query, limit, offset, SeriesOut)


@app.post("/series", operation_id="create_series", summary="Open a recurring series", status_code=201)
async def create_series(db: Db, data: SeriesIn) -> SeriesOut:
    """Open an active series of visits of one type with one practitioner.

    It books nothing: book each visit with book_appointment and the new series' id. Refused (409) if the
    practitioner does not practise the type's specialty or the patient has an active series of that type
    already.
    """
    patient = fetch(db, Patient, data.patient_id)
    practitioner = fetch(db, Practitioner, data.practitioner_id)
    kind = fetch(db, AppointmentType, data.appointment_type_id)
    if kind.specialty_id not in {specialty.id for specialty in practitioner.specialties}:
        refuse(f"{practitioner.full_name} does not practise {kind.specialty.name}")
    running = select(Series.id).where(
        Series.patient_id == patient.id, Series.appointment_type_id == kind.id, Series.status == "active"
    )
    if db.scalars(running.limit(1)).first() is not None:
        refuse(f"{patient.full_name} has an active series of {kind.code} already")
    series = Series(status="active", created_at=clinic_now(), **data.model_dump())
    db.add(series)
    db.flush()
    record(db, "create", "series", series.id, f"{patient.full_name}: {data.planned_visits} x {kind.code}")
    db.commit()
    return SeriesOut.model_validate(series)


@app.post("/series/{series_id}/close", operation_id="close_series", summary="Close a series")
async def close_series(db: Db, series_id: Annotated[int, path_id("series")]) -> SeriesOut:
    """Close an active series: no further visit can be booked in it.

    Visits booked already stay as they are, and must be cancelled one by one if they are not to take place.
    """
    series = fetch(db, Series, series_id)
    if series.status != "active":
        refuse(f"series {series_id} is closed already")
    series.status, series.closed_at = "closed", clinic_now()
    record(db, "close", "series", series.id)
    db.commit()
    return SeriesOut.model_validate(series)


# Wait list


@app.get("/wait-list", operation_id="list_wait_list", summary="List wait-list entries")
async def list_wait_list(
    db: Db,
    patient_id: Annotated[int | None, query_id("Only entries of this patient.")] = None,
    appointment_type_id: Annotated[int | None, query_id("Only entries for this appointment type.")] = None,
    priority: Annotated[Priority | None, Query(description="Only entries of this priority.")] = None,
    status: Annotated[WaitStatus | None, Query(description="Only entries of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[WaitListOut]:
    """List entries by the time of request, oldest first.

    This is not the order in which slots are given away: the wait-list policy says that. Site, times and
    the cause of an entry are shown by get_wait_list_entry only.
    """
    filters = {
        WaitListEntry.patient_id: patient_id,
        WaitListEntry.appointment_type_id: appointment_type_id,
        WaitListEntry.priority: priority,
        WaitListEntry.status: status,
    }
    where = (column == value for column, value in filters.items() if value is not None)
    query = select(WaitListEntry).where(*where).order_by(WaitListEntry.requested_at, WaitListEntry.id)
    total, entries = rows_of(db, query, limit, offset)
    return Page(total=total, items=[WaitListOut(**wait_list_summary(entry)) for entry in entries])


@app.get(
    "/wait-list/{entry_id}", operation_id="get_wait_list_entry", summary="Show one wait-list entry in full"
)
async def get_wait_list_entry(
    db: Db, entry_id: Annotated[int, path_id("wait-list entry")]
) -> WaitListDetailOut:
    """Return an entry with the site and times the patient accepts.

    Also shows the visit that the clinic cancelled, if that is why the patient waits.
    """
    return wait_list_detail(fetch(db, WaitListEntry, entry_id))


@app.post(
    "/wait-list", operation_id="add_to_wait_list", summary="Put a patient on the wait list", status_code=201
)
async def add_to_wait_list(db: Db, data: WaitListIn) -> WaitListDetailOut:
    """Add a waiting entry, requested now.

    cancelled_appointment_id must name a visit of the same patient and type that the clinic cancelled.
    Refused (409) if the patient waits for that type already.
    """
    patient = fetch(db, Patient, data.patient_id)
    kind = fetch(db, AppointmentType, data.appointment_type_id)
    if data.site_id is not None:
        fetch(db, Site, data.site_id)
    if data.cancelled_appointment_id is not None:
        visit = fetch(db, Appointment, data.cancelled_appointment_id)
        same = (visit.patient_id, visit.appointment_type_id) == (patient.id, kind.id)
        if not same or visit.cancelled_by != "clinic":
            refuse(
                f"appointment {visit.id} is not a {kind.code} of {patient.full_name} "
                "that the clinic cancelled"
            )
    if any(window.start_time >= window.end_time for window in data.windows):
        raise HTTPException(422, "a window's end_time must come after its start_time")
    waiting = select(WaitListEntry.id).where(
        WaitListEntry.patient_id == patient.id,
        WaitListEntry.appointment_type_id == kind.id,
        WaitListEntry.status == "waiting",
    )
    if db.scalars(waiting.limit(1)).first() is not None:
        refuse(f"{patient.full_name} waits for {kind.code} already")
    entry = WaitListEntry(
        patient=patient,
        appointment_type=kind,
        requested_at=clinic_now(),
        status="waiting",
        windows=[WaitListWindow(**window.model_dump()) for window in data.windows],
        **data.model_dump(exclude={"patient_id", "appointment_type_id", "windows"}),
    )
    db.add(entry)
    db.flush()
    record(db, "create", "wait_list_entry", entry.id, f"{patient.full_name}: {kind.code}, {data.priority}")
    db.commit()
    return wait_list_detail(entry)


@app.post(
    "/wait-list/{entry_id}/book",
    operation_id="book_from_wait_list",
    summary="Book a visit for a waiting patient",
)
async def book_from_wait_list(
    db: Db, entry_id: Annotated[int, path_id("wait-list entry")], data: PlaceIn
) -> AppointmentDetailOut:
    """Book a visit of the entry's type for its patient and close the entry as booked.

    All rules of book_appointment hold. Who is next, and whether site and time suit the patient, is for the
    desk to judge by the wait-list policy: the application does not check it.
    """
    entry = fetch(db, WaitListEntry, entry_id)
    if entry.status != "waiting":
        refuse(f"wait-list entry {entry.id} is {entry.status}")
    visit = create_visit(db, data, entry.patient, entry.appointment_type)
    entry.status, entry.appointment_id = "booked", visit.id
    record(db, "book_from_wait_list", "appointment", visit.id, f"wait-list entry {entry.id}")
    db.commit()
    return appointment_detail(visit)


@app.post(
    "/wait-list/{entry_id}/withdraw",
    operation_id="withdraw_from_wait_list",
    summary="Take a patient off the wait list",
)
async def withdraw_from_wait_list(
    db: Db, entry_id: Annotated[int, path_id("wait-list entry")]
) -> WaitListDetailOut:
    """Take a waiting entry off the list (status withdrawn). Final: a patient who wants back starts anew."""
    entry = fetch(db, WaitListEntry, entry_id)
    if entry.status != "waiting":
        refuse(f"wait-list entry {entry.id} is {entry.status}")
    entry.status = "withdrawn"
    record(db, "withdraw", "wait_list_entry", entry.id)
    db.commit()
    return wait_list_detail(entry)


# Fees


@app.get("/fees", operation_id="list_fees", summary="List late-cancel and no-show fees")
async def list_fees(
    db: Db,
    patient_id: Annotated[int | None, query_id("Only fees of this patient.")] = None,
    status: Annotated[FeeStatus | None, Query(description="Only fees of this status.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[FeeOut]:
    """List fees by the time they were charged, oldest first, with the start of the visit each belongs to."""
    query = select(Fee).order_by(Fee.charged_at, Fee.id)
    if patient_id is not None:
        query = query.where(Fee.patient_id == patient_id)
    if status is not None:
        query = query.where(Fee.status == status)
    total, fees = rows_of(db, query, limit, offset)
    return Page(total=total, items=[fee_out(fee) for fee in fees])


@app.post("/fees/{fee_id}/waive", operation_id="waive_fee", summary="Waive an open fee")
async def waive_fee(db: Db, fee_id: Annotated[int, path_id("fee")], data: WaiverIn) -> FeeOut:
    """Waive an open fee on the ground given.

    Final. Whether a waiver is due, and on which ground, the fee policy in force says: the application
    accepts any ground for any open fee.
    """
    fee = fetch(db, Fee, fee_id)
    if fee.status != "open":
        refuse(f"fee {fee.id} is {fee.status}: only an open fee can be waived")
    now = clinic_now()
    fee.status, fee.settled_at = "waived", now
    db.add(FeeWaiver(fee_id=fee.id, granted_by=CURRENT_USER_ID, granted_at=now, **data.model_dump()))
    record(db, "waive", "fee", fee.id, data.reason)
    db.commit()
    return fee_out(fee)


# Reminders


@app.post(
    "/appointments/{appointment_id}/reminders",
    operation_id="schedule_reminder",
    summary="Schedule a reminder of a visit",
    status_code=201,
)
async def schedule_reminder(
    db: Db, appointment_id: Annotated[int, path_id("appointment")], data: ReminderIn
) -> ReminderOut:
    """Schedule a pending reminder of a booked or confirmed visit.

    send_at must lie in the future and before the visit; the patient's record must have the contact that
    the channel needs. Refused (409) if the same reminder is pending already.
    """
    visit = fetch(db, Appointment, appointment_id)
    require_status(visit, OPEN, "a reminder")
    require_reachable(visit.patient, data.channel)
    if not clinic_now() < data.send_at < visit.start_at:
        refuse(f"send_at must lie in the future and before {visit.start_at}")
    wanted = (data.channel, data.send_at, "pending")
    if any((row.channel, row.send_at, row.status) == wanted for row in visit.reminders):
        refuse("this reminder is scheduled already")
    reminder = Reminder(appointment_id=visit.id, status="pending", **data.model_dump())
    db.add(reminder)
    db.flush()
    record(db, "create", "reminder", reminder.id, f"appointment {visit.id}")
    db.commit()
    return ReminderOut.model_validate(reminder)


@app.post(
    "/reminders/{reminder_id}/cancel", operation_id="cancel_reminder", summary="Cancel a pending reminder"
)
async def cancel_reminder(db: Db, reminder_id: Annotated[int, path_id("reminder")]) -> ReminderOut:
    """Cancel a reminder that has not been sent. Reminder ids are shown by get_appointment."""
    reminder = fetch(db, Reminder, reminder_id)
    if reminder.status != "pending":
        refuse(f"reminder {reminder.id} is {reminder.status}")
    reminder.status = "cancelled"
    record(db, "cancel", "reminder", reminder.id)
    db.commit()
    return ReminderOut.model_validate(reminder)


# Messages and notes


@app.get("/messages", operation_id="list_messages", summary="List messages from and to patients")
async def list_messages(
    db: Db,
    patient_id: Annotated[int | None, query_id("Only messages of this patient.")] = None,
    direction: Annotated[Direction | None, Query(description="inbound: from patients.")] = None,
    topic: Annotated[Topic | None, Query(description="Only messages on this topic.")] = None,
    handled: Annotated[bool | None, Query(description="false: only messages still to be handled.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[MessageOut]:
    """List messages, oldest first. Outbound messages count as handled."""
    filters = {
        Message.patient_id: patient_id,
        Message.direction: direction,
        Message.topic: topic,
        Message.handled: handled,
    }
    query = select(Message).where(
        *(column == value for column, value in filters.items() if value is not None)
    )
    total, messages = rows_of(db, query.order_by(Message.created_at, Message.id), limit, offset)
    return Page(total=total, items=[message_out(message) for message in messages])


@app.post("/messages", operation_id="send_message", summary="Send a message to a patient", status_code=201)
async def send_message(db: Db, data: MessageIn) -> MessageOut:
    """Send a message at once; it cannot be taken back.

    Without a channel it goes out by the patient's preferred one. The visit, if one is named, must be the
    patient's, and the record must have the contact needed.
    """
    patient = fetch(db, Patient, data.patient_id)
    require_visit_of(db, patient, data.appointment_id)
    channel = data.channel or patient.preferred_channel
    require_reachable(patient, channel)
    message = Message(
        patient=patient,
        appointment_id=data.appointment_id,
        direction="outbound",
        channel=channel,
        topic=data.topic,
        body=data.body,
        handled=True,
        created_at=clinic_now(),
    )
    db.add(message)
    db.flush()
    record(db, "send", "message", message.id, f"{patient.full_name}: {data.topic}")
    db.commit()
    return message_out(message)


@app.post(
    "/messages/{message_id}/handled",
    operation_id="mark_message_handled",
    summary="Mark a patient's message as handled",
)
async def mark_message_handled(db: Db, message_id: Annotated[int, path_id("message")]) -> MessageOut:
    """Mark an inbound message as handled. Sends nothing."""
    message = fetch(db, Message, message_id)
    if message.handled:
        refuse(f"message {message.id} is handled already")
    message.handled = True
    record(db, "handle", "message", message.id)
    db.commit()
    return message_out(message)


@app.get("/patients/{patient_id}/notes", operation_id="list_notes", summary="List the notes on a patient")
async def list_notes(
    db: Db, patient_id: Annotated[int, path_id("patient")], limit: Limit = 20, offset: Offset = 0
) -> Page[NoteOut]:
    """List the notes on a patient's record, oldest first."""
    fetch(db, Patient, patient_id)
    query = select(Note).where(Note.patient_id == patient_id).order_by(Note.created_at, Note.id)
    total, notes = rows_of(db, query, limit, offset)
    return Page(total=total, items=[note_out(note) for note in notes])


@app.post(
    "/patients/{patient_id}/notes",
    operation_id="add_note",
    summary="Add a note to a patient's record",
    status_code=201,
)
async def add_note(db: Db, patient_id: Annotated[int, path_id("patient")], data: NoteIn) -> NoteOut:
    """Add a note in your name; notes cannot be changed or removed.

    The visit, if named, must be the patient's.
    """
    patient = fetch(db, Patient, patient_id)
    require_visit_of(db, patient, data.appointment_id)
    note = Note(
        patient_id=patient.id,
        author=fetch(db, StaffUser, CURRENT_USER_ID),
        created_at=clinic_now(),
        **data.model_dump(),
    )
    db.add(note)
    db.flush()
    record(db, "create", "note", note.id, patient.full_name)
    db.commit()
    return note_out(note)


# Audit log


@app.get("/audit-log", operation_id="list_audit_log", summary="List what was changed, when and by whom")
async def list_audit_log(
    db: Db,
    entity: Annotated[
        Literal[
            "absence",
            "appointment",
            "fee",
            "message",
            "note",
            "patient",
            "referral",
            "reminder",
            "room_closure",
            "series",
            "wait_list_entry",
        ]
        | None,
        Query(description="Only changes of this kind of record."),
    ] = None,
    entity_id: Annotated[int | None, query_id("Only changes of the record with this id.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[AuditOut]:
    """List the audit log, newest first. Every change made here writes one row."""
    query = select(AuditLog).order_by(AuditLog.at.desc(), AuditLog.id.desc())
    if entity is not None:
        query = query.where(AuditLog.entity == entity)
    if entity_id is not None:
        query = query.where(AuditLog.entity_id == entity_id)
    return page_of(db, query, limit, offset, AuditOut)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.getenv("PORT", "8000")))
