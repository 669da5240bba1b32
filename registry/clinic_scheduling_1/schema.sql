-- table: equipment
CREATE TABLE equipment (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

-- table: insurers
CREATE TABLE insurers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
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

-- table: practitioners
CREATE TABLE practitioners (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL,
    profession TEXT NOT NULL,
    languages TEXT NOT NULL,
    accepts_new_patients BOOLEAN NOT NULL,
    is_active BOOLEAN NOT NULL,
    CHECK (accepts_new_patients IN (0, 1)),
    CHECK (is_active IN (0, 1))
);

-- table: sites
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    opens_at TIME NOT NULL,
    closes_at TIME NOT NULL,
    CHECK (opens_at < closes_at)
);

-- table: specialties
CREATE TABLE specialties (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- table: appointment_types
CREATE TABLE appointment_types (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    specialty_id INTEGER NOT NULL REFERENCES specialties (id),
    duration_minutes INTEGER NOT NULL,
    buffer_minutes INTEGER NOT NULL,
    room_kind TEXT NOT NULL,
    for_new_patients BOOLEAN NOT NULL,
    min_notice_hours INTEGER NOT NULL,
    late_cancel_hours INTEGER NOT NULL,
    late_cancel_fee_cents INTEGER NOT NULL,
    no_show_fee_cents INTEGER NOT NULL,
    list_price_cents INTEGER NOT NULL,
    preparation TEXT NOT NULL,
    CHECK (duration_minutes > 0),
    CHECK (buffer_minutes >= 0),
    CHECK (min_notice_hours >= 0),
    CHECK (late_cancel_hours >= 0),
    CHECK (late_cancel_fee_cents >= 0),
    CHECK (no_show_fee_cents >= 0),
    CHECK (list_price_cents >= 0),
    CHECK (room_kind IN ('consult', 'procedure', 'imaging', 'therapy')),
    CHECK (for_new_patients IN (0, 1))
);

-- table: availability_templates
CREATE TABLE availability_templates (
    id INTEGER PRIMARY KEY,
    practitioner_id INTEGER NOT NULL REFERENCES practitioners (id),
    site_id INTEGER NOT NULL REFERENCES sites (id),
    weekday INTEGER NOT NULL,
    start_time TIME NOT NULL,
    end_time TIME NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    CHECK (weekday BETWEEN 0 AND 6),
    CHECK (start_time < end_time)
);
CREATE INDEX ix_availability_templates_practitioner ON availability_templates (practitioner_id, weekday);

-- table: insurance_plans
CREATE TABLE insurance_plans (
    id INTEGER PRIMARY KEY,
    insurer_id INTEGER NOT NULL REFERENCES insurers (id),
    name TEXT NOT NULL UNIQUE
);

-- table: patients
CREATE TABLE patients (
    id INTEGER PRIMARY KEY,
    mrn TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    date_of_birth DATE NOT NULL,
    phone TEXT,
    email TEXT,
    preferred_channel TEXT NOT NULL,
    language TEXT NOT NULL,
    uses_wheelchair BOOLEAN NOT NULL,
    home_site_id INTEGER NOT NULL REFERENCES sites (id),
    is_active BOOLEAN NOT NULL,
    CHECK (preferred_channel IN ('sms', 'email', 'phone')),
    CHECK (phone IS NOT NULL OR email IS NOT NULL),
    CHECK (uses_wheelchair IN (0, 1)),
    CHECK (is_active IN (0, 1))
);
CREATE INDEX ix_patients_full_name ON patients (full_name);

-- table: practitioner_specialties
CREATE TABLE practitioner_specialties (
    practitioner_id INTEGER NOT NULL REFERENCES practitioners (id),
    specialty_id INTEGER NOT NULL REFERENCES specialties (id),
    PRIMARY KEY (practitioner_id, specialty_id)
);

-- table: rooms
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    step_free BOOLEAN NOT NULL,
    is_active BOOLEAN NOT NULL,
    UNIQUE (site_id, name),
    CHECK (kind IN ('consult', 'procedure', 'imaging', 'therapy')),
    CHECK (step_free IN (0, 1)),
    CHECK (is_active IN (0, 1))
);

-- table: site_licences
CREATE TABLE site_licences (
    id INTEGER PRIMARY KEY,
    practitioner_id INTEGER NOT NULL REFERENCES practitioners (id),
    site_id INTEGER NOT NULL REFERENCES sites (id),
    licence_no TEXT NOT NULL UNIQUE,
    valid_from DATE NOT NULL,
    valid_until DATE,
    UNIQUE (practitioner_id, site_id, valid_from)
);

-- table: staff_users
CREATE TABLE staff_users (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    home_site_id INTEGER NOT NULL REFERENCES sites (id),
    CHECK (role IN ('coordinator', 'manager', 'nurse', 'front_desk'))
);

-- table: absences
CREATE TABLE absences (
    id INTEGER PRIMARY KEY,
    practitioner_id INTEGER NOT NULL REFERENCES practitioners (id),
    start_at DATETIME NOT NULL,
    end_at DATETIME NOT NULL,
    kind TEXT NOT NULL,
    created_by INTEGER NOT NULL REFERENCES staff_users (id),
    CHECK (start_at < end_at),
    CHECK (kind IN ('leave', 'sick', 'training', 'other'))
);

-- table: appointment_type_equipment
CREATE TABLE appointment_type_equipment (
    appointment_type_id INTEGER NOT NULL REFERENCES appointment_types (id),
    equipment_id INTEGER NOT NULL REFERENCES equipment (id),
    PRIMARY KEY (appointment_type_id, equipment_id)
);

-- table: audit_log
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    at DATETIME NOT NULL,
    user_id INTEGER NOT NULL REFERENCES staff_users (id),
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX ix_audit_log_entity ON audit_log (entity, entity_id);

-- table: coverage_rules
CREATE TABLE coverage_rules (
    id INTEGER PRIMARY KEY,
    plan_id INTEGER NOT NULL REFERENCES insurance_plans (id),
    appointment_type_id INTEGER NOT NULL REFERENCES appointment_types (id),
    covered BOOLEAN NOT NULL,
    copay_cents INTEGER NOT NULL,
    referral_required BOOLEAN NOT NULL,
    UNIQUE (plan_id, appointment_type_id),
    CHECK (copay_cents >= 0),
    CHECK (covered OR copay_cents = 0),
    CHECK (covered IN (0, 1)),
    CHECK (referral_required IN (0, 1))
);

-- table: patient_insurances
CREATE TABLE patient_insurances (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    plan_id INTEGER NOT NULL REFERENCES insurance_plans (id),
    member_no TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    UNIQUE (patient_id, valid_from)
);

-- table: referrals
CREATE TABLE referrals (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    specialty_id INTEGER NOT NULL REFERENCES specialties (id),
    referred_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    issued_on DATE NOT NULL,
    valid_until DATE NOT NULL,
    visits_authorised INTEGER NOT NULL,
    visits_used INTEGER NOT NULL,
    status TEXT NOT NULL,
    CHECK (visits_authorised > 0),
    CHECK (visits_used BETWEEN 0 AND visits_authorised),
    CHECK (issued_on <= valid_until),
    CHECK (status IN ('active', 'revoked'))
);
CREATE INDEX ix_referrals_patient ON referrals (patient_id);

-- table: room_closures
CREATE TABLE room_closures (
    id INTEGER PRIMARY KEY,
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    start_at DATETIME NOT NULL,
    end_at DATETIME NOT NULL,
    reason TEXT NOT NULL,
    created_by INTEGER NOT NULL REFERENCES staff_users (id),
    CHECK (start_at < end_at),
    CHECK (reason IN ('equipment_fault', 'maintenance', 'cleaning', 'other'))
);

-- table: room_equipment
CREATE TABLE room_equipment (
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    equipment_id INTEGER NOT NULL REFERENCES equipment (id),
    PRIMARY KEY (room_id, equipment_id)
);

-- table: series
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    practitioner_id INTEGER NOT NULL REFERENCES practitioners (id),
    appointment_type_id INTEGER NOT NULL REFERENCES appointment_types (id),
    cadence_days INTEGER NOT NULL,
    planned_visits INTEGER NOT NULL,
    status TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    closed_at DATETIME,
    CHECK (cadence_days BETWEEN 1 AND 90),
    CHECK (planned_visits BETWEEN 2 AND 52),
    CHECK (status IN ('active', 'closed'))
);

-- table: appointments
CREATE TABLE appointments (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    practitioner_id INTEGER NOT NULL REFERENCES practitioners (id),
    site_id INTEGER NOT NULL REFERENCES sites (id),
    room_id INTEGER NOT NULL REFERENCES rooms (id),
    appointment_type_id INTEGER NOT NULL REFERENCES appointment_types (id),
    referral_id INTEGER REFERENCES referrals (id),
    series_id INTEGER REFERENCES series (id),
    self_pay BOOLEAN NOT NULL,
    start_at DATETIME NOT NULL,
    end_at DATETIME NOT NULL,
    busy_until DATETIME NOT NULL,
    status TEXT NOT NULL,
    cancelled_by TEXT,
    cancel_reason TEXT,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CHECK (start_at < end_at),
    CHECK (end_at <= busy_until),
    CHECK ((status = 'cancelled') = (cancelled_by IS NOT NULL)),
    CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL)),
    CHECK (status IN ('booked', 'confirmed', 'checked_in', 'completed', 'cancelled', 'no_show')),
    CHECK (cancelled_by IN ('patient', 'clinic')),
    CHECK (cancel_reason IN ('patient_request', 'illness', 'moved_away', 'transport', 'practitioner_absent', 'room_unavailable', 'duplicate', 'other')),
    CHECK (self_pay IN (0, 1))
);
CREATE INDEX ix_appointments_patient ON appointments (patient_id, start_at);
CREATE INDEX ix_appointments_practitioner ON appointments (practitioner_id, start_at);
CREATE INDEX ix_appointments_room ON appointments (room_id, start_at);

-- table: fees
CREATE TABLE fees (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    appointment_id INTEGER NOT NULL REFERENCES appointments (id),
    kind TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    status TEXT NOT NULL,
    charged_at DATETIME NOT NULL,
    settled_at DATETIME,
    UNIQUE (appointment_id, kind),
    CHECK (amount_cents > 0),
    CHECK ((status = 'open') = (settled_at IS NULL)),
    CHECK (kind IN ('late_cancel', 'no_show')),
    CHECK (status IN ('open', 'paid', 'waived'))
);

-- table: messages
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    appointment_id INTEGER REFERENCES appointments (id),
    direction TEXT NOT NULL,
    channel TEXT NOT NULL,
    topic TEXT NOT NULL,
    body TEXT NOT NULL,
    handled BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    CHECK (direction IN ('inbound', 'outbound')),
    CHECK (channel IN ('sms', 'email', 'phone')),
    CHECK (topic IN ('fee_waiver_request', 'reschedule_request', 'question', 'schedule_change', 'wait_list_offer', 'preparation', 'fee', 'general')),
    CHECK (handled IN (0, 1))
);
CREATE INDEX ix_messages_patient ON messages (patient_id);

-- table: notes
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    appointment_id INTEGER REFERENCES appointments (id),
    author_id INTEGER NOT NULL REFERENCES staff_users (id),
    body TEXT NOT NULL,
    created_at DATETIME NOT NULL
);
CREATE INDEX ix_notes_patient ON notes (patient_id);

-- table: reminders
CREATE TABLE reminders (
    id INTEGER PRIMARY KEY,
    appointment_id INTEGER NOT NULL REFERENCES appointments (id),
    channel TEXT NOT NULL,
    send_at DATETIME NOT NULL,
    status TEXT NOT NULL,
    CHECK (channel IN ('sms', 'email', 'phone')),
    CHECK (status IN ('pending', 'sent', 'cancelled'))
);
CREATE INDEX ix_reminders_appointment ON reminders (appointment_id);

-- table: wait_list_entries
CREATE TABLE wait_list_entries (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    appointment_type_id INTEGER NOT NULL REFERENCES appointment_types (id),
    priority TEXT NOT NULL,
    site_id INTEGER REFERENCES sites (id),
    cancelled_appointment_id INTEGER REFERENCES appointments (id),
    requested_at DATETIME NOT NULL,
    status TEXT NOT NULL,
    appointment_id INTEGER REFERENCES appointments (id),
    remark TEXT NOT NULL,
    CHECK (priority IN ('urgent', 'soon', 'routine')),
    CHECK (status IN ('waiting', 'booked', 'withdrawn')),
    CHECK ((status = 'booked') = (appointment_id IS NOT NULL))
);
CREATE INDEX ix_wait_list_entries_type ON wait_list_entries (appointment_type_id, status);

-- table: fee_waivers
CREATE TABLE fee_waivers (
    id INTEGER PRIMARY KEY,
    fee_id INTEGER NOT NULL UNIQUE REFERENCES fees (id),
    reason TEXT NOT NULL,
    comment TEXT NOT NULL,
    granted_by INTEGER NOT NULL REFERENCES staff_users (id),
    granted_at DATETIME NOT NULL,
    CHECK (reason IN ('clinic_error', 'medical', 'first_time', 'goodwill'))
);

-- table: wait_list_windows
CREATE TABLE wait_list_windows (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES wait_list_entries (id),
    weekday INTEGER NOT NULL,
    start_time TIME NOT NULL,
    end_time TIME NOT NULL,
    CHECK (weekday BETWEEN 0 AND 6),
    CHECK (start_time < end_time)
);
