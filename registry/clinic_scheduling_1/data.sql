-- table: equipment
INSERT INTO equipment (id, code, name) VALUES
    (1, 'ECG', '12-lead ECG recorder'),
    (2, 'ECHO', 'Echocardiography unit'),
    (3, 'US', 'Ultrasound scanner'),
    (4, 'SLIT', 'Slit lamp'),
    (5, 'FUNDUS', 'Fundus camera'),
    (6, 'DERMSCOPE', 'Digital dermatoscope'),
    (7, 'CAUTERY', 'Electrocautery unit'),
    (8, 'PLINTH', 'Treatment plinth'),
    (9, 'ENDO', 'Endoscopy tower'),
    (10, 'DXA', 'Bone densitometer');

-- table: insurers
INSERT INTO insurers (id, name) VALUES
    (1, 'Northgate Mutual'),
    (2, 'Harbour Health'),
    (3, 'Civic Care Fund');

-- table: policies
INSERT INTO policies (id, code, version, title, status, effective_from, body) VALUES
    (1, 'FEE-01', 2, 'Late-cancel and no-show fees: waivers', 'superseded', '2023-04-01', '1. A fee may be waived if the patient asks within 30 days after the visit.
2. The first fee in 6 months is waived on the ground first_time, no-shows included.
3. Fees up to 40 dollars may be waived on the ground goodwill at the desk''s discretion.
4. Other requests go to the manager.'),
    (2, 'FEE-01', 3, 'Late-cancel and no-show fees: waivers', 'in_force', '2025-10-01', '1. Origin. A late-cancel or no-show fee is charged by the application itself.
2. Request. A fee is waived only if the patient asked for it in a message, and the message reached us within 14 days after the day of the visit.
3. Grounds. Try these in this order and record the first that applies:
   clinic_error: our own booking, reminder or message was wrong. A note by staff on the patient''s record must say so.
   medical: on the day of the visit the patient was in hospital or in an emergency department. A note by staff on the patient''s record must say so. The patient''s own word is not enough, and an illness at home is not a medical ground.
   first_time: the fee is a late-cancel fee, never a no-show fee, and no other fee of the patient, of either kind and whether open, paid or waived, belongs to a visit in the 12 months before the day of this visit.
4. If no ground applies, the fee stays open.
5. Scope. Only the fee of the visit that the patient writes about is waived.
6. The ground goodwill is no longer granted. It stays in the application for old records.
7. A request that has been decided is marked as handled, granted or not. The billing office writes to the patient, the desk does not.'),
    (3, 'WAIT-02', 1, 'Wait list: who gets a freed slot', 'in_force', '2024-01-15', 'A slot that becomes free goes to one waiting patient for that appointment type.
1. Pass over, and leave on the list unchanged, a patient
   (a) whose entry names another site,
   (b) whose entry has time windows, none of which contains the whole visit on that weekday,
   (c) who has a booked or confirmed visit of the same type ahead already,
   (d) whose plan pays the visit only on a referral, if no referral of theirs can pay it on that day. A waiting patient is never switched to self-pay.
2. Of those who remain, urgent comes before soon, and soon before routine.
3. Within a priority, patients whose visit was cancelled by the clinic come first.
4. After that the earliest request comes first.
5. Book the visit from the list, on the referral where one is required. Then send the patient one message with the topic wait_list_offer, linked to the new visit, by the preferred channel. Nobody else is written to.'),
    (4, 'ABS-03', 2, 'Short-notice absence of a practitioner', 'in_force', '2025-02-01', 'When a practitioner is absent at short notice:
1. Record the absence for the whole time.
2. Take each booked or confirmed visit of that time, earliest first.
   (a) If another practitioner who works at the same site that day can hold it at the same start, move the visit to them, in the same room.
   (b) If not, cancel it for the clinic with the reason practitioner_absent, and put the patient on the wait list for the same type. The priority is urgent for a first consultation and soon for everything else. Name the cancelled visit in the entry. Leave site and times open, because patients tell us their wishes later.
3. Send each patient of step 2 one message with the topic schedule_change, linked to the visit that was moved or cancelled, by the preferred channel.
4. Visits that were cancelled before are left alone, and so are other days.'),
    (5, 'ROOM-04', 1, 'Closing a room, and step-free access', 'in_force', '2024-06-01', 'When a room cannot be used:
1. Record the closure of the room for the whole time.
2. Move each booked or confirmed visit of that time into another room of the same site at the same time. Of the rooms that have the required equipment and are free, take the one with the lowest id.
3. A patient who uses a wheelchair is given a step-free room only. The application does not check this, so look at the patient''s record and at the room.
4. If no room is left, cancel the visit for the clinic with the reason room_unavailable.
5. Patients are not written to about a change of room. The front desk shows them the way. Visits keep their state.'),
    (6, 'SER-05', 1, 'Recurring series', 'in_force', '2024-06-01', 'A series is a run of visits of one type with one practitioner, on one weekday, at one time and in one room.
1. A visit that cannot be held at the usual day and time, because the practitioner or the patient is not free, is skipped. It is not moved to another day, time, room or practitioner, and the series goes on in the next week.
2. A series holds no visit that its referral cannot pay. It ends with the last usual day on which the referral is valid, with the last visit left on the referral, or with the number of visits the patient wishes, whichever comes first.
3. Work out the visits before you open the series. Its number of planned visits is the number of visits that will be booked, and each is booked as part of the series.
4. A series that a patient gives up is closed once its remaining visits are cancelled.'),
    (7, 'COV-06', 4, 'Who pays a visit', 'in_force', '2026-01-01', '1. A visit is paid under the plan that is in force on the day of the visit, not on the day of booking. Both the first and the last day of an insurance count.
2. The patient pays the plan''s co-payment for a covered visit. For a visit that the plan does not cover, or that is booked as self-pay, the patient pays the list price.
3. A referral pays a visit if it is active, for the right specialty, valid on the day of the visit and not used up.
4. Self-pay needs the patient''s consent before booking.'),
    (8, 'MSG-07', 1, 'Messages and reminders', 'in_force', '2024-01-15', '1. Write to patients by their preferred channel.
2. A reminder may go out by any channel the patient has agreed to. The usual lead time is 48 hours.
3. Write only when a policy or a colleague asks for it. One message per matter.');

-- table: practitioners
INSERT INTO practitioners (id, full_name, profession, languages, accepts_new_patients, is_active) VALUES
    (1, 'Dr Amara Okafor', 'Cardiologist', 'English, Igbo', 1, 1),
    (2, 'Dr Lukas Brandl', 'Cardiologist', 'English, German', 0, 1),
    (3, 'Dr Sunniva Dahl', 'Dermatologist', 'English, Norwegian', 1, 1),
    (4, 'Dr Rafael Quintero', 'Dermatologist', 'English, Spanish', 1, 1),
    (5, 'Jana Lindqvist', 'Physiotherapist', 'English, Swedish', 1, 1),
    (6, 'Mateo Ferri', 'Physiotherapist', 'English, Italian', 1, 1),
    (7, 'Dr Priya Raman', 'Ophthalmologist', 'English, Tamil', 1, 1),
    (8, 'Dr Edmund Achterberg', 'Gastroenterologist', 'English, Dutch', 1, 1),
    (9, 'Bianca Moreau', 'Nurse practitioner', 'English, French', 1, 1),
    (10, 'Tomasz Wilk', 'Sonographer', 'English, Polish', 1, 1),
    (11, 'Noor Aziz', 'Sonographer', 'English, Arabic', 1, 1),
    (12, 'Dr Helga Stein', 'Cardiologist', 'English, German', 1, 0),
    (13, 'Declan Roche', 'Nurse practitioner', 'English', 1, 1);

-- table: sites
INSERT INTO sites (id, code, name, address, phone, opens_at, closes_at) VALUES
    (1, 'RIV', 'Riverside Clinic', '14 Quay Street', '+44 20 7946 0101', '08:00:00', '18:00:00'),
    (2, 'HIL', 'Hillcrest Clinic', '2 Beacon Rise', '+44 20 7946 0102', '08:00:00', '17:00:00'),
    (3, 'OML', 'Old Mill Clinic', '77 Weir Lane', '+44 20 7946 0103', '08:00:00', '18:00:00');

-- table: specialties
INSERT INTO specialties (id, name) VALUES
    (1, 'Cardiology'),
    (2, 'Dermatology'),
    (3, 'Physiotherapy'),
    (4, 'Ophthalmology'),
    (5, 'Gastroenterology'),
    (6, 'Nursing care'),
    (7, 'Ultrasound');

-- table: appointment_types
INSERT INTO appointment_types (id, code, name, specialty_id, duration_minutes, buffer_minutes, room_kind, for_new_patients, min_notice_hours, late_cancel_hours, late_cancel_fee_cents, no_show_fee_cents, list_price_cents, preparation) VALUES
    (1, 'CARD-NEW', 'Cardiology first consultation', 1, 45, 15, 'consult', 1, 24, 24, 4500, 6000, 21000, 'Bring a list of your medicines and earlier ECGs. Wear a top that opens at the front.'),
    (2, 'CARD-FUP', 'Cardiology follow-up', 1, 30, 0, 'consult', 0, 4, 24, 3000, 4500, 12000, 'Bring your blood pressure diary.'),
    (3, 'CARD-ECHO', 'Echocardiogram', 1, 45, 15, 'procedure', 0, 24, 24, 4500, 7000, 26000, 'No preparation. Eat and drink as usual.'),
    (4, 'DERM-SKIN', 'Skin check', 2, 30, 0, 'consult', 0, 2, 24, 2500, 4000, 9500, 'Come without make-up or nail varnish.'),
    (5, 'DERM-EXC', 'Minor skin excision', 2, 60, 30, 'procedure', 0, 48, 48, 6000, 9000, 38000, 'Tell us beforehand if you take blood thinners. Do not shave the area.'),
    (6, 'PHYS-ASM', 'Physiotherapy assessment', 3, 60, 0, 'therapy', 1, 24, 24, 2500, 3500, 11000, 'Wear loose clothes and bring imaging reports.'),
    (7, 'PHYS-TRT', 'Physiotherapy treatment', 3, 30, 0, 'therapy', 0, 2, 24, 2000, 3000, 6500, 'Wear loose clothes.'),
    (8, 'EYE-DIAB', 'Diabetic eye check', 4, 30, 15, 'consult', 0, 24, 24, 2500, 4000, 10500, 'Your pupils will be widened: do not drive for four hours afterwards.'),
    (9, 'EYE-CONS', 'Ophthalmology consultation', 4, 30, 0, 'consult', 0, 4, 24, 2500, 4000, 9800, 'Bring your glasses. Leave contact lenses out for a day.'),
    (10, 'GAST-COL', 'Colonoscopy', 5, 60, 30, 'procedure', 0, 120, 72, 8000, 12000, 64000, 'Follow the bowel preparation plan from five days before. Someone must take you home.'),
    (11, 'GAST-CON', 'Gastroenterology consultation', 5, 30, 0, 'consult', 0, 4, 24, 3000, 4500, 12500, 'Bring recent blood results.'),
    (12, 'NURS-WND', 'Wound care', 6, 30, 15, 'consult', 0, 1, 24, 1500, 2000, 5500, 'Leave the dressing on.'),
    (13, 'US-ABD', 'Abdominal ultrasound', 7, 30, 15, 'imaging', 0, 24, 24, 3000, 4500, 14500, 'Nothing to eat for six hours before. Water is fine.'),
    (14, 'US-VASC', 'Vascular ultrasound', 7, 45, 15, 'imaging', 0, 24, 24, 3000, 4500, 17500, 'No preparation.');

-- table: availability_templates
INSERT INTO availability_templates (id, practitioner_id, site_id, weekday, start_time, end_time, valid_from, valid_until) VALUES
    (1, 1, 1, 0, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (2, 1, 1, 1, '08:00:00', '12:00:00', '2025-01-01', NULL),
    (3, 1, 1, 2, '08:00:00', '12:00:00', '2025-01-01', NULL),
    (4, 1, 3, 3, '12:30:00', '17:00:00', '2025-01-01', NULL),
    (5, 2, 1, 1, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (6, 2, 1, 2, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (7, 2, 1, 3, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (8, 2, 1, 4, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (9, 3, 2, 0, '08:00:00', '15:00:00', '2025-01-01', NULL),
    (10, 3, 2, 1, '08:00:00', '15:00:00', '2025-01-01', NULL),
    (11, 3, 2, 2, '08:00:00', '15:00:00', '2025-01-01', NULL),
    (12, 3, 2, 3, '08:00:00', '15:00:00', '2025-01-01', NULL),
    (13, 3, 3, 4, '08:00:00', '14:00:00', '2025-01-01', NULL),
    (14, 4, 3, 0, '09:00:00', '16:00:00', '2025-01-01', NULL),
    (15, 4, 3, 1, '09:00:00', '16:00:00', '2025-01-01', NULL),
    (16, 4, 3, 2, '09:00:00', '16:00:00', '2025-01-01', NULL),
    (17, 4, 2, 3, '09:00:00', '16:00:00', '2025-01-01', NULL),
    (18, 5, 2, 0, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (19, 5, 2, 2, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (20, 5, 3, 1, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (21, 5, 3, 3, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (22, 6, 1, 0, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (23, 6, 1, 1, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (24, 6, 1, 2, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (25, 6, 1, 3, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (26, 6, 1, 4, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (27, 7, 3, 0, '08:30:00', '15:30:00', '2025-01-01', NULL),
    (28, 7, 3, 1, '08:30:00', '15:30:00', '2025-01-01', NULL),
    (29, 7, 3, 2, '08:30:00', '15:30:00', '2025-01-01', NULL),
    (30, 7, 3, 3, '08:30:00', '15:30:00', '2025-01-01', NULL),
    (31, 7, 2, 4, '09:00:00', '13:00:00', '2025-01-01', NULL),
    (32, 8, 1, 0, '08:00:00', '15:00:00', '2025-01-01', NULL),
    (33, 8, 1, 1, '08:00:00', '15:00:00', '2025-01-01', NULL),
    (34, 8, 1, 2, '08:00:00', '15:00:00', '2025-01-01', NULL),
    (35, 8, 1, 3, '08:00:00', '15:00:00', '2025-01-01', NULL),
    (36, 9, 1, 0, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (37, 9, 1, 1, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (38, 9, 1, 2, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (39, 9, 1, 3, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (40, 9, 1, 4, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (41, 10, 2, 0, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (42, 10, 2, 1, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (43, 10, 2, 2, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (44, 10, 2, 3, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (45, 10, 2, 4, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (46, 11, 2, 1, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (47, 11, 2, 2, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (48, 11, 2, 3, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (49, 12, 1, 0, '08:00:00', '16:00:00', '2025-01-01', '2025-12-31'),
    (50, 12, 1, 2, '08:00:00', '16:00:00', '2025-01-01', '2025-12-31'),
    (51, 13, 3, 0, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (52, 13, 3, 1, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (53, 13, 3, 2, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (54, 13, 3, 3, '08:00:00', '16:00:00', '2025-01-01', NULL),
    (55, 13, 3, 4, '08:00:00', '16:00:00', '2025-01-01', NULL);

-- table: insurance_plans
INSERT INTO insurance_plans (id, insurer_id, name) VALUES
    (1, 1, 'Northgate Basic'),
    (2, 1, 'Northgate Plus'),
    (3, 2, 'Harbour Silver'),
    (4, 2, 'Harbour Gold'),
    (5, 3, 'Civic Standard');

-- table: patients
INSERT INTO patients (id, mrn, full_name, date_of_birth, phone, email, preferred_channel, language, uses_wheelchair, home_site_id, is_active) VALUES
    (1, 'T-20500', 'Ines Falk', '1984-05-12', '+44 7700 900107', 'ines.falk@mail.example', 'sms', 'English', 0, 2, 1),
    (2, 'T-20583', 'Piotr Zielinski', '1971-09-30', '+44 7700 900114', 'piotr.zielinski@mail.example', 'email', 'Polish', 0, 2, 1),
    (3, 'T-20666', 'Elena Marin', '1990-11-03', '+44 7700 900121', 'elena.marin@mail.example', 'sms', 'English', 0, 2, 1),
    (4, 'T-20749', 'Elena Marin', '1958-02-21', '+44 7700 900128', 'elena.marin58@mail.example', 'phone', 'Romanian', 0, 1, 1),
    (5, 'T-20832', 'Hamid Soltani', '1979-07-17', '+44 7700 900135', 'hamid.soltani@mail.example', 'sms', 'Persian', 0, 3, 1),
    (6, 'T-20915', 'Nadia Brandt', '1987-04-08', '+44 7700 900142', 'nadia.brandt@mail.example', 'email', 'English', 0, 1, 1),
    (7, 'T-20998', 'Ruth Vale', '1952-12-01', '+44 7700 900149', NULL, 'phone', 'English', 0, 1, 1),
    (8, 'T-21081', 'Paul Ngata', '1995-03-26', '+44 7700 900156', 'paul.ngata@mail.example', 'sms', 'English', 0, 3, 1),
    (9, 'T-21164', 'Leonard Osei', '1966-08-14', '+44 7700 900163', 'leonard.osei@mail.example', 'email', 'English', 0, 1, 1),
    (10, 'T-21247', 'Carmen Duarte', '1973-06-05', '+44 7700 900170', 'carmen.duarte@mail.example', 'sms', 'Portuguese', 0, 1, 1),
    (11, 'T-21330', 'Yusuf Demir', '1999-01-19', '+44 7700 900177', 'yusuf.demir@mail.example', 'sms', 'Turkish', 0, 1, 1),
    (12, 'T-21413', 'Grace Whitcombe', '1948-10-22', '+44 7700 900184', 'grace.whitcombe@mail.example', 'sms', 'English', 0, 1, 1),
    (13, 'T-21496', 'Otto Baumann', '1961-03-15', '+44 7700 900191', NULL, 'phone', 'German', 0, 1, 1),
    (14, 'T-21579', 'Mei Tanaka', '1983-12-09', '+44 7700 900198', 'mei.tanaka@mail.example', 'email', 'Japanese', 0, 1, 1),
    (15, 'T-21662', 'Dorothy Kessler', '1944-07-07', '+44 7700 900205', 'dorothy.kessler@mail.example', 'phone', 'English', 1, 2, 1),
    (16, 'T-21745', 'Samir Haddad', '1976-05-28', '+44 7700 900212', 'samir.haddad@mail.example', 'sms', 'Arabic', 0, 2, 1),
    (17, 'T-21828', 'Agnes Thorne', '1969-11-16', '+44 7700 900219', 'agnes.thorne@mail.example', 'email', 'English', 0, 2, 1),
    (18, 'T-21911', 'Viktor Salonen', '1957-02-02', '+44 7700 900226', 'viktor.salonen@mail.example', 'email', 'Finnish', 0, 3, 1),
    (19, 'T-21994', 'Beatriz Ramos', '1963-09-13', '+44 7700 900233', 'beatriz.ramos@mail.example', 'sms', 'Spanish', 0, 2, 1),
    (20, 'T-22077', 'Thomas Oyelaran', '1970-01-27', '+44 7700 900240', 'thomas.oyelaran@mail.example', 'sms', 'English', 0, 3, 1),
    (21, 'T-22160', 'Keiko Mori', '1965-06-18', '+44 7700 900247', 'keiko.mori@mail.example', 'email', 'Japanese', 0, 3, 1),
    (22, 'T-22243', 'Arthur Pell', '1955-10-10', '+44 7700 900254', 'arthur.pell@mail.example', 'phone', 'English', 0, 3, 1),
    (23, 'T-22326', 'Sofia Conti', '1980-08-24', '+44 7700 900261', 'sofia.conti@mail.example', 'email', 'Italian', 0, 3, 1),
    (24, 'T-22409', 'Henry Adeyemi', '1951-04-04', '+44 7700 900268', 'henry.adeyemi@mail.example', 'phone', 'English', 0, 3, 1),
    (25, 'T-22492', 'Ivana Petrov', '1978-03-03', '+44 7700 900275', 'ivana.petrov@mail.example', 'sms', 'English', 0, 3, 1),
    (26, 'T-22575', 'Colin Marsh', '1959-05-21', '+44 7700 900282', 'colin.marsh@mail.example', 'email', 'English', 0, 3, 1),
    (27, 'T-22658', 'Adaeze Nwosu', '1992-12-12', '+44 7700 900289', 'adaeze.nwosu@mail.example', 'sms', 'English', 0, 3, 1),
    (28, 'T-22741', 'Frances Gill', '1946-01-30', '+44 7700 900296', 'frances.gill@mail.example', 'phone', 'English', 0, 3, 1),
    (29, 'T-22824', 'Jorge Palma', '1985-07-22', '+44 7700 900303', 'jorge.palma@mail.example', 'email', 'Spanish', 0, 3, 1),
    (30, 'T-22907', 'Linnea Holm', '1998-09-09', '+44 7700 900310', 'linnea.holm@mail.example', 'email', 'Swedish', 0, 3, 1),
    (31, 'T-22990', 'Desmond Achebe', '1960-02-14', '+44 7700 900317', 'desmond.achebe@mail.example', 'sms', 'English', 0, 3, 1),
    (32, 'T-23073', 'Pauline Roux', '1974-11-11', '+44 7700 900324', 'pauline.roux@mail.example', 'email', 'French', 0, 3, 1),
    (33, 'T-23156', 'George Abara', '1982-04-19', '+44 7700 900331', 'george.abara@mail.example', 'sms', 'English', 0, 2, 1),
    (34, 'T-23239', 'Wanda Kowalska', '1967-08-08', '+44 7700 900338', 'wanda.kowalska@mail.example', 'phone', 'Polish', 0, 2, 1),
    (35, 'T-23322', 'Isaac Feld', '1991-10-27', '+44 7700 900345', 'isaac.feld@mail.example', 'email', 'English', 0, 2, 1),
    (36, 'T-23405', 'Rosa Jimenez', '1954-06-30', '+44 7700 900352', 'rosa.jimenez@mail.example', 'phone', 'Spanish', 0, 1, 1),
    (37, 'T-23488', 'Tariq Nasser', '1989-02-08', '+44 7700 900359', 'tariq.nasser@mail.example', 'sms', 'English', 0, 3, 1),
    (38, 'T-23571', 'Mabel Stone', '1949-09-19', '+44 7700 900366', 'mabel.stone@mail.example', 'phone', 'English', 1, 2, 1),
    (39, 'T-23661', 'Clara Beaumont', '1938-03-11', '+44 7700 900380', NULL, 'phone', 'English', 0, 1, 0);

-- table: practitioner_specialties
INSERT INTO practitioner_specialties (practitioner_id, specialty_id) VALUES
    (1, 1),
    (2, 1),
    (3, 2),
    (4, 2),
    (5, 3),
    (6, 3),
    (7, 4),
    (8, 5),
    (9, 6),
    (10, 7),
    (11, 7),
    (12, 1),
    (13, 6),
    (1, 7);

-- table: rooms
INSERT INTO rooms (id, site_id, name, kind, step_free, is_active) VALUES
    (1, 1, 'R1', 'consult', 1, 1),
    (2, 1, 'R2', 'consult', 0, 1),
    (3, 1, 'R3', 'procedure', 1, 1),
    (4, 1, 'R4', 'procedure', 1, 1),
    (5, 1, 'R5', 'therapy', 1, 1),
    (6, 1, 'R6', 'consult', 1, 1),
    (7, 2, 'H1', 'consult', 1, 1),
    (8, 2, 'H2', 'imaging', 1, 1),
    (9, 2, 'H3', 'imaging', 0, 1),
    (10, 2, 'H4', 'imaging', 1, 1),
    (11, 2, 'H5', 'consult', 1, 1),
    (12, 2, 'H6', 'therapy', 1, 1),
    (13, 2, 'H7', 'imaging', 1, 1),
    (14, 3, 'M1', 'consult', 1, 1),
    (15, 3, 'M2', 'consult', 1, 1),
    (16, 3, 'M3', 'therapy', 1, 1),
    (17, 3, 'M4', 'procedure', 0, 1),
    (18, 3, 'M5', 'consult', 0, 1),
    (19, 1, 'R7', 'consult', 0, 0);

-- table: site_licences
INSERT INTO site_licences (id, practitioner_id, site_id, licence_no, valid_from, valid_until) VALUES
    (1, 1, 1, 'L-101-4100', '2023-01-01', NULL),
    (2, 1, 3, 'L-301-4137', '2023-01-01', NULL),
    (3, 2, 1, 'L-102-4174', '2023-01-01', NULL),
    (4, 3, 2, 'L-203-4211', '2023-01-01', NULL),
    (5, 3, 3, 'L-303-4248', '2023-01-01', NULL),
    (6, 4, 3, 'L-304-4285', '2023-01-01', NULL),
    (7, 4, 2, 'L-204-4322', '2023-01-01', '2026-03-31'),
    (8, 5, 2, 'L-205-4359', '2023-01-01', NULL),
    (9, 5, 3, 'L-305-4396', '2023-01-01', NULL),
    (10, 6, 1, 'L-106-4433', '2023-01-01', NULL),
    (11, 7, 3, 'L-307-4470', '2023-01-01', NULL),
    (12, 7, 2, 'L-207-4507', '2023-01-01', NULL),
    (13, 8, 1, 'L-108-4544', '2023-01-01', NULL),
    (14, 9, 1, 'L-109-4581', '2023-01-01', NULL),
    (15, 10, 2, 'L-210-4618', '2023-01-01', NULL),
    (16, 11, 2, 'L-211-4655', '2023-01-01', NULL),
    (17, 12, 1, 'L-112-4692', '2023-01-01', '2025-12-31'),
    (18, 13, 3, 'L-313-4729', '2024-09-01', NULL);

-- table: staff_users
INSERT INTO staff_users (id, full_name, email, role, home_site_id) VALUES
    (1, 'Josie Marchetti', 'josie.marchetti@tamarack.example', 'coordinator', 1),
    (2, 'Owen Pritchard', 'owen.pritchard@tamarack.example', 'manager', 1),
    (3, 'Farida Karimi', 'farida.karimi@tamarack.example', 'front_desk', 2),
    (4, 'Bianca Moreau', 'bianca.moreau@tamarack.example', 'nurse', 1),
    (5, 'Lars Vinter', 'lars.vinter@tamarack.example', 'coordinator', 3);

-- table: absences
INSERT INTO absences (id, practitioner_id, start_at, end_at, kind, created_by) VALUES
    (1, 6, '2026-03-12 08:00:00', '2026-03-13 18:00:00', 'sick', 1),
    (2, 5, '2026-04-03 00:00:00', '2026-04-09 00:00:00', 'leave', 5),
    (3, 3, '2026-03-25 08:00:00', '2026-03-25 15:00:00', 'training', 3),
    (4, 8, '2026-03-30 00:00:00', '2026-04-11 00:00:00', 'leave', 1),
    (5, 7, '2026-01-07 08:00:00', '2026-01-08 18:00:00', 'sick', 5),
    (6, 7, '2026-02-19 08:00:00', '2026-02-19 18:00:00', 'training', 5),
    (7, 9, '2026-03-20 12:00:00', '2026-03-20 16:00:00', 'training', 1);

-- table: appointment_type_equipment
INSERT INTO appointment_type_equipment (appointment_type_id, equipment_id) VALUES
    (1, 1),
    (2, 1),
    (3, 2),
    (4, 6),
    (5, 7),
    (6, 8),
    (7, 8),
    (8, 4),
    (8, 5),
    (9, 4),
    (10, 9),
    (13, 3),
    (14, 3);

-- table: audit_log
INSERT INTO audit_log (id, at, user_id, action, entity, entity_id, detail) VALUES
    (1, '2026-03-08 18:05:00', 1, 'cancel', 'appointment', 1, 'by patient: transport'),
    (2, '2026-03-09 11:45:00', 3, 'book', 'appointment', 22, 'Elena Marin: DERM-SKIN at 2026-03-16 09:15:00'),
    (3, '2026-03-09 17:45:00', 3, 'cancel', 'appointment', 7, 'by patient: patient_request'),
    (4, '2026-03-10 18:20:00', 1, 'cancel', 'appointment', 71, 'by patient: patient_request'),
    (5, '2026-03-10 18:25:00', 1, 'book', 'appointment', 73, 'Nadia Brandt: CARD-FUP at 2026-03-31 13:00:00'),
    (6, '2026-03-11 07:30:00', 3, 'cancel', 'appointment', 3, 'by patient: illness'),
    (7, '2026-03-11 09:10:00', 5, 'book', 'appointment', 81, 'Henry Adeyemi: EYE-DIAB at 2026-04-01 10:00:00'),
    (8, '2026-03-12 15:30:00', 5, 'confirm', 'appointment', 51, ''),
    (9, '2026-03-13 10:00:00', 1, 'confirm', 'appointment', 30, ''),
    (10, '2026-03-16 07:52:00', 3, 'check_in', 'appointment', 20, ''),
    (11, '2026-03-16 08:21:00', 3, 'check_in', 'appointment', 24, '');

-- table: coverage_rules
INSERT INTO coverage_rules (id, plan_id, appointment_type_id, covered, copay_cents, referral_required) VALUES
    (1, 1, 1, 1, 4000, 1),
    (2, 1, 2, 1, 2500, 1),
    (3, 1, 3, 1, 6000, 1),
    (4, 1, 4, 0, 0, 0),
    (5, 1, 5, 1, 7500, 1),
    (6, 1, 6, 1, 3500, 1),
    (7, 1, 7, 1, 2000, 1),
    (8, 1, 8, 1, 1500, 1),
    (9, 1, 9, 0, 0, 0),
    (10, 1, 10, 1, 9000, 1),
    (11, 1, 11, 1, 3500, 1),
    (12, 1, 12, 1, 1000, 0),
    (13, 1, 13, 1, 3000, 1),
    (14, 1, 14, 1, 3000, 1),
    (15, 2, 1, 1, 3000, 0),
    (16, 2, 2, 1, 2000, 0),
    (17, 2, 3, 1, 4500, 0),
    (18, 2, 4, 1, 2500, 0),
    (19, 2, 5, 1, 5000, 0),
    (20, 2, 6, 1, 2500, 1),
    (21, 2, 7, 1, 1500, 1),
    (22, 2, 8, 1, 0, 0),
    (23, 2, 9, 1, 2000, 0),
    (24, 2, 10, 1, 6000, 0),
    (25, 2, 11, 1, 2500, 0),
    (26, 2, 12, 1, 0, 0),
    (27, 2, 13, 1, 2000, 0),
    (28, 2, 14, 1, 2000, 0),
    (29, 3, 1, 1, 3500, 1),
    (30, 3, 2, 1, 2500, 1),
    (31, 3, 3, 1, 5000, 1),
    (32, 3, 4, 1, 3000, 1),
    (33, 3, 5, 1, 6000, 1),
    (34, 3, 6, 1, 3000, 1),
    (35, 3, 7, 1, 1800, 1),
    (36, 3, 8, 1, 1000, 1),
    (37, 3, 9, 1, 2500, 1),
    (38, 3, 10, 1, 7500, 1),
    (39, 3, 11, 1, 3000, 1),
    (40, 3, 12, 1, 500, 0),
    (41, 3, 13, 1, 2500, 1),
    (42, 3, 14, 1, 2500, 1),
    (43, 4, 1, 1, 2000, 0),
    (44, 4, 2, 1, 1800, 0),
    (45, 4, 3, 1, 3000, 0),
    (46, 4, 4, 1, 2000, 0),
    (47, 4, 5, 1, 4000, 0),
    (48, 4, 6, 1, 2000, 1),
    (49, 4, 7, 1, 1200, 1),
    (50, 4, 8, 1, 0, 0),
    (51, 4, 9, 1, 1500, 0),
    (52, 4, 10, 1, 5000, 0),
    (53, 4, 11, 1, 1800, 0),
    (54, 4, 12, 1, 0, 0),
    (55, 4, 13, 1, 1500, 0),
    (56, 4, 14, 1, 1500, 0),
    (57, 5, 1, 1, 1000, 1),
    (58, 5, 2, 1, 800, 1),
    (59, 5, 3, 1, 1500, 1),
    (60, 5, 4, 1, 1000, 1),
    (61, 5, 5, 1, 2000, 1),
    (62, 5, 6, 1, 1000, 1),
    (63, 5, 7, 1, 600, 1),
    (64, 5, 8, 1, 0, 1),
    (65, 5, 9, 0, 0, 0),
    (66, 5, 10, 1, 3000, 1),
    (67, 5, 11, 1, 1000, 1),
    (68, 5, 12, 1, 0, 0),
    (69, 5, 13, 1, 1000, 1),
    (70, 5, 14, 1, 1000, 1);

-- table: patient_insurances
INSERT INTO patient_insurances (id, patient_id, plan_id, member_no, valid_from, valid_until) VALUES
    (1, 1, 2, 'NP-300531', '2024-01-01', NULL),
    (2, 2, 4, 'HG-300962', '2023-05-01', NULL),
    (3, 3, 2, 'NP-301393', '2025-03-01', NULL),
    (4, 4, 4, 'HG-301824', '2022-01-01', NULL),
    (5, 5, 5, 'CS-302255', '2024-10-01', NULL),
    (6, 6, 1, 'NB-302686', '2024-07-01', '2026-03-24'),
    (7, 6, 4, 'HG-302686', '2026-03-25', NULL),
    (8, 7, 2, 'NP-303117', '2021-01-01', NULL),
    (9, 8, 3, 'HS-303548', '2024-02-01', NULL),
    (10, 9, 3, 'HS-303979', '2023-01-01', NULL),
    (11, 10, 2, 'NP-304410', '2022-06-01', NULL),
    (12, 11, 5, 'CS-304841', '2024-01-01', NULL),
    (13, 12, 1, 'NB-305272', '2020-01-01', NULL),
    (14, 13, 5, 'CS-305703', '2025-01-01', NULL),
    (15, 14, 2, 'NP-306134', '2024-04-01', NULL),
    (16, 15, 4, 'HG-306565', '2019-01-01', NULL),
    (17, 16, 2, 'NP-306996', '2023-01-01', NULL),
    (18, 17, 4, 'HG-307427', '2024-01-01', NULL),
    (19, 18, 2, 'NP-307858', '2022-01-01', NULL),
    (20, 19, 4, 'HG-308289', '2023-07-01', NULL),
    (21, 20, 3, 'HS-308720', '2021-01-01', NULL),
    (22, 21, 3, 'HS-309151', '2022-01-01', NULL),
    (23, 22, 2, 'NP-309582', '2020-01-01', NULL),
    (24, 23, 4, 'HG-310013', '2025-01-01', NULL),
    (25, 24, 2, 'NP-310444', '2019-01-01', NULL),
    (26, 25, 2, 'NP-310875', '2023-01-01', '2026-02-28'),
    (27, 26, 3, 'HS-311306', '2022-01-01', '2026-03-17'),
    (28, 27, 1, 'NB-311737', '2024-01-01', '2026-03-18'),
    (29, 28, 1, 'NB-312168', '2020-01-01', '2025-12-31'),
    (30, 28, 4, 'HG-312168', '2026-01-01', NULL),
    (31, 29, 2, 'NP-312599', '2023-01-01', '2026-01-31'),
    (32, 31, 5, 'CS-313461', '2023-01-01', NULL),
    (33, 32, 2, 'NP-313892', '2021-01-01', '2026-03-10'),
    (34, 33, 4, 'HG-314323', '2024-01-01', NULL),
    (35, 34, 2, 'NP-314754', '2022-01-01', NULL),
    (36, 35, 4, 'HG-315185', '2023-01-01', NULL),
    (37, 36, 2, 'NP-315616', '2020-01-01', NULL),
    (38, 37, 2, 'NP-316047', '2024-01-01', '2026-03-15'),
    (39, 37, 5, 'CS-316047', '2026-04-01', NULL),
    (40, 38, 4, 'HG-316478', '2018-01-01', NULL);

-- table: referrals
INSERT INTO referrals (id, patient_id, specialty_id, referred_by, reason, issued_on, valid_until, visits_authorised, visits_used, status) VALUES
    (1, 6, 3, 'Dr Paula Innes', 'shoulder pain', '2026-02-20', '2026-08-20', 10, 4, 'active'),
    (2, 8, 3, 'Dr Owen Marsh', 'knee after ligament repair', '2025-06-02', '2025-12-31', 6, 2, 'active'),
    (3, 8, 3, 'Dr Owen Marsh', 'knee after ligament repair, second course', '2026-01-20', '2026-04-30', 12, 5, 'active'),
    (4, 8, 4, 'Dr Owen Marsh', 'blurred vision', '2026-02-25', '2026-08-25', 2, 1, 'active'),
    (5, 9, 5, 'Dr Greta Lindholm', 'reflux', '2026-01-28', '2026-07-28', 3, 0, 'active'),
    (6, 11, 3, 'Dr Paula Innes', 'lower back pain', '2025-12-10', '2026-06-10', 8, 3, 'active'),
    (7, 12, 1, 'Dr Samuel Adler', 'atrial fibrillation', '2026-01-05', '2027-01-04', 6, 2, 'active'),
    (8, 13, 1, 'Dr Ulrike Sommer', 'chest tightness on exertion', '2026-02-27', '2026-08-27', 2, 1, 'active'),
    (9, 20, 4, 'Dr Neil Farrow', 'diabetic retinopathy screening', '2025-09-15', '2026-03-15', 2, 0, 'active'),
    (10, 21, 4, 'Dr Naomi Park', 'diabetic retinopathy screening', '2025-01-10', '2026-01-09', 1, 1, 'active'),
    (11, 21, 4, 'Dr Naomi Park', 'diabetic retinopathy screening', '2026-01-12', '2026-07-12', 2, 0, 'active'),
    (12, 21, 2, 'Dr Naomi Park', 'changing mole', '2026-02-02', '2026-08-02', 1, 0, 'active'),
    (13, 26, 2, 'Dr Neil Farrow', 'basal cell carcinoma', '2026-01-19', '2026-07-19', 3, 1, 'active'),
    (14, 5, 3, 'Dr Greta Lindholm', 'neck pain', '2025-08-11', '2026-02-11', 6, 6, 'active'),
    (15, 31, 1, 'Dr Neil Farrow', 'hypertension', '2025-11-03', '2026-05-03', 4, 1, 'revoked'),
    (16, 6, 1, 'Dr Paula Innes', 'palpitations', '2025-10-06', '2026-04-06', 3, 2, 'active'),
    (17, 37, 3, 'Dr Paula Innes', 'tennis elbow', '2026-02-16', '2026-08-16', 6, 0, 'active');

-- table: room_closures
INSERT INTO room_closures (id, room_id, start_at, end_at, reason, created_by) VALUES
    (1, 4, '2026-02-16 08:00:00', '2026-02-17 18:00:00', 'maintenance', 2),
    (2, 3, '2026-03-27 08:00:00', '2026-03-27 12:00:00', 'maintenance', 2),
    (3, 13, '2026-03-23 08:00:00', '2026-03-24 17:00:00', 'equipment_fault', 3);

-- table: room_equipment
INSERT INTO room_equipment (room_id, equipment_id) VALUES
    (1, 1),
    (2, 1),
    (3, 1),
    (3, 2),
    (4, 9),
    (5, 8),
    (7, 6),
    (8, 3),
    (9, 3),
    (10, 3),
    (11, 4),
    (11, 5),
    (12, 8),
    (13, 10),
    (14, 1),
    (15, 4),
    (15, 5),
    (16, 8),
    (17, 6),
    (17, 7),
    (18, 1),
    (19, 1);

-- table: series
INSERT INTO series (id, patient_id, practitioner_id, appointment_type_id, cadence_days, planned_visits, status, created_at, closed_at) VALUES
    (1, 7, 9, 12, 7, 6, 'active', '2026-02-24 10:12:00', NULL),
    (2, 6, 6, 7, 7, 4, 'active', '2026-02-26 15:40:00', NULL),
    (3, 11, 6, 7, 7, 4, 'closed', '2025-12-15 09:05:00', '2026-01-26 11:30:00');

-- table: appointments
INSERT INTO appointments (id, patient_id, practitioner_id, site_id, room_id, appointment_type_id, referral_id, series_id, self_pay, start_at, end_at, busy_until, status, cancelled_by, cancel_reason, created_at, updated_at) VALUES
    (1, 9, 8, 1, 6, 11, NULL, NULL, 0, '2026-03-09 14:00:00', '2026-03-09 14:30:00', '2026-03-09 14:30:00', 'cancelled', 'patient', 'transport', '2026-02-10 09:30:00', '2026-03-08 18:05:00'),
    (2, 9, 8, 1, 6, 11, NULL, NULL, 0, '2024-11-20 10:00:00', '2024-11-20 10:30:00', '2024-11-20 10:30:00', 'cancelled', 'patient', 'patient_request', '2024-11-01 11:00:00', '2024-11-20 07:50:00'),
    (3, 10, 2, 1, 1, 2, NULL, NULL, 0, '2026-03-11 09:00:00', '2026-03-11 09:30:00', '2026-03-11 09:30:00', 'cancelled', 'patient', 'illness', '2026-02-18 14:20:00', '2026-03-11 07:30:00'),
    (4, 10, 1, 1, 2, 2, NULL, NULL, 0, '2025-07-14 10:30:00', '2025-07-14 11:00:00', '2025-07-14 11:00:00', 'cancelled', 'patient', 'patient_request', '2025-06-20 10:00:00', '2025-07-13 21:15:00'),
    (5, 11, 6, 1, 5, 7, 6, NULL, 0, '2026-03-06 10:00:00', '2026-03-06 10:30:00', '2026-03-06 10:30:00', 'no_show', NULL, NULL, '2026-02-20 13:00:00', '2026-03-06 10:20:00'),
    (6, 11, 6, 1, 5, 7, 6, 3, 0, '2026-01-15 09:00:00', '2026-01-15 09:30:00', '2026-01-15 09:30:00', 'cancelled', 'patient', 'transport', '2025-12-15 09:10:00', '2026-01-14 20:40:00'),
    (7, 35, 3, 2, 7, 4, NULL, NULL, 0, '2026-03-10 11:00:00', '2026-03-10 11:30:00', '2026-03-10 11:30:00', 'cancelled', 'patient', 'patient_request', '2026-02-24 16:10:00', '2026-03-09 17:45:00'),
    (8, 36, 9, 1, 6, 12, NULL, NULL, 0, '2026-03-04 13:00:00', '2026-03-04 13:30:00', '2026-03-04 13:45:00', 'no_show', NULL, NULL, '2026-02-25 10:00:00', '2026-03-04 13:25:00'),
    (9, 6, 6, 1, 5, 7, 1, 2, 0, '2026-03-05 09:00:00', '2026-03-05 09:30:00', '2026-03-05 09:30:00', 'completed', NULL, NULL, '2026-02-26 15:41:00', '2026-03-05 09:34:00'),
    (10, 7, 9, 1, 6, 12, NULL, 1, 0, '2026-03-03 11:00:00', '2026-03-03 11:30:00', '2026-03-03 11:45:00', 'completed', NULL, NULL, '2026-02-24 10:13:00', '2026-03-03 11:35:00'),
    (11, 7, 9, 1, 6, 12, NULL, 1, 0, '2026-03-10 11:00:00', '2026-03-10 11:30:00', '2026-03-10 11:45:00', 'completed', NULL, NULL, '2026-02-24 10:13:00', '2026-03-10 11:31:00'),
    (12, 21, 7, 3, 15, 8, 11, NULL, 0, '2026-02-19 09:30:00', '2026-02-19 10:00:00', '2026-02-19 10:15:00', 'cancelled', 'clinic', 'practitioner_absent', '2026-01-13 09:00:00', '2026-02-18 15:00:00'),
    (13, 20, 7, 3, 15, 8, 9, NULL, 0, '2026-01-07 13:00:00', '2026-01-07 13:30:00', '2026-01-07 13:45:00', 'cancelled', 'clinic', 'practitioner_absent', '2025-11-28 12:00:00', '2026-01-07 07:40:00'),
    (14, 11, 6, 1, 5, 7, 6, 3, 0, '2025-12-18 09:00:00', '2025-12-18 09:30:00', '2025-12-18 09:30:00', 'completed', NULL, NULL, '2025-12-15 09:10:00', '2025-12-18 09:33:00'),
    (15, 11, 6, 1, 5, 7, 6, 3, 0, '2026-01-08 09:00:00', '2026-01-08 09:30:00', '2026-01-08 09:30:00', 'completed', NULL, NULL, '2025-12-15 09:10:00', '2026-01-08 09:35:00'),
    (16, 8, 5, 3, 16, 7, 3, NULL, 0, '2026-02-24 10:00:00', '2026-02-24 10:30:00', '2026-02-24 10:30:00', 'completed', NULL, NULL, '2026-02-03 10:00:00', '2026-02-24 10:33:00'),
    (17, 8, 5, 3, 16, 7, 3, NULL, 0, '2026-03-10 10:00:00', '2026-03-10 10:30:00', '2026-03-10 10:30:00', 'completed', NULL, NULL, '2026-02-24 10:40:00', '2026-03-10 10:31:00'),
    (18, 12, 1, 1, 1, 2, 7, NULL, 0, '2026-01-21 08:30:00', '2026-01-21 09:00:00', '2026-01-21 09:00:00', 'completed', NULL, NULL, '2026-01-06 10:00:00', '2026-01-21 09:05:00'),
    (19, 15, 10, 2, 8, 14, NULL, NULL, 0, '2026-02-05 10:00:00', '2026-02-05 10:45:00', '2026-02-05 11:00:00', 'completed', NULL, NULL, '2026-01-20 09:00:00', '2026-02-05 10:50:00'),
    (20, 1, 3, 2, 7, 4, NULL, NULL, 0, '2026-03-16 08:00:00', '2026-03-16 08:30:00', '2026-03-16 08:30:00', 'checked_in', NULL, NULL, '2026-02-27 10:15:00', '2026-03-16 07:52:00'),
    (21, 2, 3, 2, 7, 4, NULL, NULL, 0, '2026-03-16 08:30:00', '2026-03-16 09:00:00', '2026-03-16 09:00:00', 'confirmed', NULL, NULL, '2026-03-02 09:20:00', '2026-03-13 15:00:00'),
    (22, 3, 3, 2, 7, 4, NULL, NULL, 0, '2026-03-16 09:15:00', '2026-03-16 09:45:00', '2026-03-16 09:45:00', 'booked', NULL, NULL, '2026-03-09 11:45:00', '2026-03-09 11:45:00'),
    (23, 4, 1, 1, 1, 2, NULL, NULL, 0, '2026-03-16 09:15:00', '2026-03-16 09:45:00', '2026-03-16 09:45:00', 'confirmed', NULL, NULL, '2026-02-11 12:30:00', '2026-03-12 10:05:00'),
    (24, 34, 10, 2, 8, 13, NULL, NULL, 0, '2026-03-16 08:30:00', '2026-03-16 09:00:00', '2026-03-16 09:15:00', 'checked_in', NULL, NULL, '2026-03-02 13:00:00', '2026-03-16 08:21:00'),
    (25, 35, 3, 2, 7, 4, NULL, NULL, 0, '2026-03-16 10:00:00', '2026-03-16 10:30:00', '2026-03-16 10:30:00', 'confirmed', NULL, NULL, '2026-03-10 09:00:00', '2026-03-13 12:10:00'),
    (26, 33, 10, 2, 10, 13, NULL, NULL, 0, '2026-03-16 10:30:00', '2026-03-16 11:00:00', '2026-03-16 11:15:00', 'confirmed', NULL, NULL, '2026-03-05 16:00:00', '2026-03-12 09:00:00'),
    (27, 36, 9, 1, 6, 12, NULL, NULL, 0, '2026-03-16 13:00:00', '2026-03-16 13:30:00', '2026-03-16 13:45:00', 'booked', NULL, NULL, '2026-03-09 10:30:00', '2026-03-09 10:30:00'),
    (28, 38, 5, 2, 12, 7, NULL, NULL, 1, '2026-03-16 11:00:00', '2026-03-16 11:30:00', '2026-03-16 11:30:00', 'confirmed', NULL, NULL, '2026-02-19 10:00:00', '2026-03-13 09:30:00'),
    (30, 7, 9, 1, 6, 12, NULL, 1, 0, '2026-03-17 11:00:00', '2026-03-17 11:30:00', '2026-03-17 11:45:00', 'confirmed', NULL, NULL, '2026-02-24 10:13:00', '2026-03-13 10:00:00'),
    (31, 15, 10, 2, 8, 13, NULL, NULL, 0, '2026-03-17 08:30:00', '2026-03-17 09:00:00', '2026-03-17 09:15:00', 'confirmed', NULL, NULL, '2026-03-03 11:00:00', '2026-03-13 11:00:00'),
    (32, 16, 11, 2, 8, 14, NULL, NULL, 0, '2026-03-17 10:00:00', '2026-03-17 10:45:00', '2026-03-17 11:00:00', 'confirmed', NULL, NULL, '2026-03-04 09:45:00', '2026-03-13 11:10:00'),
    (33, 34, 10, 2, 9, 14, NULL, NULL, 0, '2026-03-17 10:15:00', '2026-03-17 11:00:00', '2026-03-17 11:15:00', 'booked', NULL, NULL, '2026-03-06 14:00:00', '2026-03-06 14:00:00'),
    (34, 24, 11, 2, 8, 13, NULL, NULL, 0, '2026-03-17 11:30:00', '2026-03-17 12:00:00', '2026-03-17 12:15:00', 'cancelled', 'patient', 'illness', '2026-03-02 10:00:00', '2026-03-12 08:30:00'),
    (35, 17, 10, 2, 8, 13, NULL, NULL, 0, '2026-03-17 14:00:00', '2026-03-17 14:30:00', '2026-03-17 14:45:00', 'booked', NULL, NULL, '2026-03-09 15:20:00', '2026-03-09 15:20:00'),
    (36, 38, 11, 2, 10, 14, NULL, NULL, 0, '2026-03-17 13:45:00', '2026-03-17 14:30:00', '2026-03-17 14:45:00', 'booked', NULL, NULL, '2026-03-10 10:00:00', '2026-03-10 10:00:00'),
    (37, 9, 8, 1, 6, 11, NULL, NULL, 1, '2026-03-17 09:00:00', '2026-03-17 09:30:00', '2026-03-17 09:30:00', 'booked', NULL, NULL, '2026-03-09 09:00:00', '2026-03-09 09:00:00'),
    (38, 36, 2, 1, 2, 2, NULL, NULL, 0, '2026-03-17 09:30:00', '2026-03-17 10:00:00', '2026-03-17 10:00:00', 'confirmed', NULL, NULL, '2026-02-17 09:00:00', '2026-03-13 16:00:00'),
    (40, 12, 1, 1, 1, 2, 7, NULL, 0, '2026-03-18 08:30:00', '2026-03-18 09:00:00', '2026-03-18 09:00:00', 'confirmed', NULL, NULL, '2026-01-21 09:10:00', '2026-03-13 09:05:00'),
    (41, 35, 1, 1, 1, 2, NULL, NULL, 0, '2026-03-18 09:15:00', '2026-03-18 09:45:00', '2026-03-18 09:45:00', 'cancelled', 'patient', 'patient_request', '2026-02-26 10:00:00', '2026-03-11 19:00:00'),
    (42, 13, 1, 1, 1, 1, 8, NULL, 0, '2026-03-18 10:00:00', '2026-03-18 10:45:00', '2026-03-18 11:00:00', 'booked', NULL, NULL, '2026-03-02 08:40:00', '2026-03-02 08:40:00'),
    (43, 14, 1, 1, 1, 2, NULL, NULL, 0, '2026-03-18 11:15:00', '2026-03-18 11:45:00', '2026-03-18 11:45:00', 'confirmed', NULL, NULL, '2026-02-23 15:15:00', '2026-03-13 14:40:00'),
    (44, 36, 2, 1, 2, 2, NULL, NULL, 0, '2026-03-18 11:00:00', '2026-03-18 11:30:00', '2026-03-18 11:30:00', 'confirmed', NULL, NULL, '2026-02-17 09:05:00', '2026-03-13 16:02:00'),
    (45, 10, 2, 1, 3, 3, NULL, NULL, 0, '2026-03-18 09:15:00', '2026-03-18 10:00:00', '2026-03-18 10:15:00', 'booked', NULL, NULL, '2026-03-12 09:50:00', '2026-03-12 09:50:00'),
    (46, 33, 10, 2, 8, 14, NULL, NULL, 0, '2026-03-18 09:00:00', '2026-03-18 09:45:00', '2026-03-18 10:00:00', 'booked', NULL, NULL, '2026-03-05 16:05:00', '2026-03-05 16:05:00'),
    (50, 25, 7, 3, 15, 9, NULL, NULL, 0, '2026-03-18 09:00:00', '2026-03-18 09:30:00', '2026-03-18 09:30:00', 'booked', NULL, NULL, '2026-01-15 09:40:00', '2026-01-15 09:40:00'),
    (51, 26, 4, 3, 17, 5, 13, NULL, 0, '2026-03-18 09:30:00', '2026-03-18 10:30:00', '2026-03-18 11:00:00', 'confirmed', NULL, NULL, '2026-01-22 13:30:00', '2026-03-12 15:30:00'),
    (52, 27, 13, 3, 14, 12, NULL, NULL, 0, '2026-03-18 10:00:00', '2026-03-18 10:30:00', '2026-03-18 10:45:00', 'booked', NULL, NULL, '2026-03-04 10:25:00', '2026-03-04 10:25:00'),
    (53, 28, 7, 3, 15, 8, NULL, NULL, 0, '2026-03-18 11:00:00', '2026-03-18 11:30:00', '2026-03-18 11:45:00', 'confirmed', NULL, NULL, '2026-01-08 14:00:00', '2026-03-11 12:00:00'),
    (54, 29, 7, 3, 15, 9, NULL, NULL, 0, '2026-03-18 13:00:00', '2026-03-18 13:30:00', '2026-03-18 13:30:00', 'cancelled', 'patient', 'patient_request', '2026-01-09 10:10:00', '2026-02-27 16:20:00'),
    (55, 30, 4, 3, 17, 5, NULL, NULL, 1, '2026-03-18 13:00:00', '2026-03-18 14:00:00', '2026-03-18 14:30:00', 'booked', NULL, NULL, '2026-03-06 11:35:00', '2026-03-06 11:35:00'),
    (56, 31, 13, 3, 14, 12, NULL, NULL, 0, '2026-03-18 13:30:00', '2026-03-18 14:00:00', '2026-03-18 14:15:00', 'confirmed', NULL, NULL, '2026-03-05 09:15:00', '2026-03-13 13:00:00'),
    (57, 37, 7, 3, 15, 9, NULL, NULL, 0, '2026-03-18 14:00:00', '2026-03-18 14:30:00', '2026-03-18 14:30:00', 'booked', NULL, NULL, '2026-02-05 12:45:00', '2026-02-05 12:45:00'),
    (58, 32, 7, 3, 15, 9, NULL, NULL, 0, '2026-03-19 09:00:00', '2026-03-19 09:30:00', '2026-03-19 09:30:00', 'booked', NULL, NULL, '2026-02-12 10:50:00', '2026-02-12 10:50:00'),
    (60, 6, 6, 1, 5, 7, 1, 2, 0, '2026-03-19 09:00:00', '2026-03-19 09:30:00', '2026-03-19 09:30:00', 'confirmed', NULL, NULL, '2026-02-26 15:41:00', '2026-03-13 17:00:00'),
    (61, 31, 1, 3, 14, 2, NULL, NULL, 1, '2026-03-19 12:30:00', '2026-03-19 13:00:00', '2026-03-19 13:00:00', 'booked', NULL, NULL, '2026-03-05 09:20:00', '2026-03-05 09:20:00'),
    (62, 22, 1, 3, 14, 1, NULL, NULL, 0, '2026-03-19 13:00:00', '2026-03-19 13:45:00', '2026-03-19 14:00:00', 'confirmed', NULL, NULL, '2026-02-24 10:00:00', '2026-03-13 10:45:00'),
    (63, 27, 13, 3, 14, 12, NULL, NULL, 1, '2026-03-19 14:15:00', '2026-03-19 14:45:00', '2026-03-19 15:00:00', 'booked', NULL, NULL, '2026-03-04 10:27:00', '2026-03-04 10:27:00'),
    (64, 28, 7, 3, 15, 9, NULL, NULL, 0, '2026-03-19 10:45:00', '2026-03-19 11:15:00', '2026-03-19 11:15:00', 'booked', NULL, NULL, '2026-03-03 13:10:00', '2026-03-03 13:10:00'),
    (65, 23, 5, 3, 16, 6, NULL, NULL, 1, '2026-03-19 11:00:00', '2026-03-19 12:00:00', '2026-03-19 12:00:00', 'booked', NULL, NULL, '2026-03-11 10:00:00', '2026-03-11 10:00:00'),
    (67, 19, 7, 2, 11, 9, NULL, NULL, 0, '2026-03-20 10:00:00', '2026-03-20 10:30:00', '2026-03-20 10:30:00', 'booked', NULL, NULL, '2026-03-02 12:00:00', '2026-03-02 12:00:00'),
    (70, 6, 3, 2, 7, 4, NULL, NULL, 1, '2026-03-23 10:30:00', '2026-03-23 11:00:00', '2026-03-23 11:00:00', 'booked', NULL, NULL, '2026-03-06 09:25:00', '2026-03-06 09:25:00'),
    (71, 6, 2, 1, 1, 2, 16, NULL, 0, '2026-03-24 13:00:00', '2026-03-24 13:30:00', '2026-03-24 13:30:00', 'cancelled', 'patient', 'patient_request', '2026-02-09 11:00:00', '2026-03-10 18:20:00'),
    (72, 6, 6, 1, 5, 7, 1, 2, 0, '2026-03-26 09:00:00', '2026-03-26 09:30:00', '2026-03-26 09:30:00', 'booked', NULL, NULL, '2026-02-26 15:42:00', '2026-02-26 15:42:00'),
    (73, 6, 2, 1, 1, 2, NULL, NULL, 0, '2026-03-31 13:00:00', '2026-03-31 13:30:00', '2026-03-31 13:30:00', 'booked', NULL, NULL, '2026-03-10 18:25:00', '2026-03-10 18:25:00'),
    (74, 6, 6, 1, 5, 7, 1, 2, 0, '2026-04-02 09:00:00', '2026-04-02 09:30:00', '2026-04-02 09:30:00', 'booked', NULL, NULL, '2026-02-26 15:42:00', '2026-02-26 15:42:00'),
    (75, 7, 9, 1, 6, 12, NULL, 1, 0, '2026-03-24 11:00:00', '2026-03-24 11:30:00', '2026-03-24 11:45:00', 'booked', NULL, NULL, '2026-02-24 10:14:00', '2026-02-24 10:14:00'),
    (76, 7, 9, 1, 6, 12, NULL, 1, 0, '2026-03-31 11:00:00', '2026-03-31 11:30:00', '2026-03-31 11:45:00', 'booked', NULL, NULL, '2026-02-24 10:14:00', '2026-02-24 10:14:00'),
    (77, 7, 9, 1, 6, 12, NULL, 1, 0, '2026-04-07 11:00:00', '2026-04-07 11:30:00', '2026-04-07 11:45:00', 'booked', NULL, NULL, '2026-02-24 10:14:00', '2026-02-24 10:14:00'),
    (78, 7, 7, 3, 15, 8, NULL, NULL, 0, '2026-03-26 09:30:00', '2026-03-26 10:00:00', '2026-03-26 10:15:00', 'booked', NULL, NULL, '2026-01-29 14:10:00', '2026-01-29 14:10:00'),
    (79, 7, 13, 3, 14, 12, NULL, NULL, 0, '2026-03-27 11:00:00', '2026-03-27 11:30:00', '2026-03-27 11:45:00', 'booked', NULL, NULL, '2026-03-10 11:40:00', '2026-03-10 11:40:00'),
    (80, 8, 7, 3, 15, 9, 4, NULL, 0, '2026-03-31 10:00:00', '2026-03-31 10:30:00', '2026-03-31 10:30:00', 'booked', NULL, NULL, '2026-02-26 09:00:00', '2026-02-26 09:00:00'),
    (81, 24, 7, 3, 15, 8, NULL, NULL, 0, '2026-04-01 10:00:00', '2026-04-01 10:30:00', '2026-04-01 10:45:00', 'booked', NULL, NULL, '2026-03-11 09:10:00', '2026-03-11 09:10:00'),
    (82, 37, 5, 3, 16, 7, NULL, NULL, 1, '2026-03-24 09:30:00', '2026-03-24 10:00:00', '2026-03-24 10:00:00', 'booked', NULL, NULL, '2026-03-10 14:00:00', '2026-03-10 14:00:00'),
    (83, 23, 5, 3, 16, 7, NULL, NULL, 1, '2026-03-24 10:30:00', '2026-03-24 11:00:00', '2026-03-24 11:00:00', 'booked', NULL, NULL, '2026-03-11 10:02:00', '2026-03-11 10:02:00'),
    (84, 13, 10, 2, 9, 13, NULL, NULL, 1, '2026-03-25 09:00:00', '2026-03-25 09:30:00', '2026-03-25 09:45:00', 'booked', NULL, NULL, '2026-03-11 15:00:00', '2026-03-11 15:00:00'),
    (85, 36, 8, 1, 4, 10, NULL, NULL, 0, '2026-03-24 09:00:00', '2026-03-24 10:00:00', '2026-03-24 10:30:00', 'booked', NULL, NULL, '2026-02-27 11:00:00', '2026-02-27 11:00:00');

-- table: fees
INSERT INTO fees (id, patient_id, appointment_id, kind, amount_cents, status, charged_at, settled_at) VALUES
    (1, 9, 2, 'late_cancel', 3000, 'paid', '2024-11-20 07:50:00', '2024-12-02 10:00:00'),
    (2, 10, 4, 'late_cancel', 3000, 'waived', '2025-07-13 21:15:00', '2025-07-21 09:30:00'),
    (3, 11, 6, 'late_cancel', 2000, 'open', '2026-01-14 20:40:00', NULL),
    (4, 36, 8, 'no_show', 2000, 'paid', '2026-03-04 13:25:00', '2026-03-09 10:28:00'),
    (5, 11, 5, 'no_show', 3000, 'open', '2026-03-06 10:20:00', NULL),
    (6, 9, 1, 'late_cancel', 3000, 'open', '2026-03-08 18:05:00', NULL),
    (7, 35, 7, 'late_cancel', 2500, 'open', '2026-03-09 17:45:00', NULL),
    (8, 10, 3, 'late_cancel', 3000, 'open', '2026-03-11 07:30:00', NULL);

-- table: messages
INSERT INTO messages (id, patient_id, appointment_id, direction, channel, topic, body, handled, created_at) VALUES
    (1, 21, 12, 'outbound', 'email', 'schedule_change', 'Dear Ms Mori, Dr Raman is away on 19 February. We have put you on our wait list.', 1, '2026-02-18 15:05:00'),
    (2, 20, 13, 'outbound', 'sms', 'schedule_change', 'Dr Raman is ill today. We are sorry to cancel your eye check and will find you a new date.', 1, '2026-01-07 07:45:00'),
    (3, 9, 1, 'inbound', 'email', 'fee_waiver_request', 'My train was cancelled on the evening before my visit of 9 March and I rang at once. I have been a patient for years and am usually there. Could you waive the 30 dollars?', 0, '2026-03-12 08:14:00'),
    (4, 10, 3, 'inbound', 'sms', 'fee_waiver_request', 'I had the flu on 11 March and could not come. This never happened before! Please take the fee off.', 0, '2026-03-13 10:40:00'),
    (5, 11, 5, 'inbound', 'sms', 'fee_waiver_request', 'About the missed session on 6 March: I was in A&E that morning. Please cancel the fee.', 0, '2026-03-13 18:22:00'),
    (6, 35, 25, 'inbound', 'email', 'question', 'Is there parking at Hillcrest on Monday?', 0, '2026-03-14 12:00:00'),
    (7, 38, 36, 'inbound', 'phone', 'reschedule_request', 'Asks whether her scan on Tuesday could be later in the week.', 0, '2026-03-13 15:50:00'),
    (8, 36, 8, 'inbound', 'phone', 'fee_waiver_request', 'Forgot the visit on 4 March and asks for the fee to be waived.', 1, '2026-03-06 09:10:00'),
    (9, 6, 73, 'inbound', 'email', 'question', 'My insurance changes at the end of March. Do you need the new card?', 1, '2026-03-11 09:00:00'),
    (10, 6, 73, 'outbound', 'email', 'general', 'Thank you, we have entered your new plan from 25 March.', 1, '2026-03-11 09:35:00'),
    (11, 5, NULL, 'inbound', 'sms', 'question', 'My doctor is sending you a letter for the heart specialist. I can only come after lunch.', 1, '2026-03-13 16:45:00'),
    (12, 7, NULL, 'inbound', 'phone', 'question', 'Is moving to her son''s in Portugal and will stop the weekly dressings. Asks to be called back.', 1, '2026-03-13 11:20:00'),
    (13, 8, 80, 'outbound', 'sms', 'preparation', 'Please leave your contact lenses out from 30 March.', 1, '2026-03-10 12:00:00');

-- table: notes
INSERT INTO notes (id, patient_id, appointment_id, author_id, body, created_at) VALUES
    (1, 9, NULL, 3, 'Prefers afternoon visits.', '2025-04-02 10:00:00'),
    (2, 9, 1, 1, 'Rang at 18:05 on 8 March to cancel, train strike.', '2026-03-08 18:06:00'),
    (3, 10, 3, 3, 'Rang at 07:30: in bed with flu, will see her own doctor next week.', '2026-03-11 07:32:00'),
    (4, 11, 5, 4, 'Brother rang: Yusuf was taken to the emergency department of St Brigid''s at 08:15 on 6 March and kept until the evening. Discharge letter seen.', '2026-03-07 09:20:00'),
    (5, 11, 6, 3, 'Cancelled the evening before, no lift.', '2026-01-14 20:41:00'),
    (6, 15, NULL, 3, 'Electric wheelchair, needs room to turn.', '2025-05-19 14:00:00'),
    (7, 24, 81, 5, 'Got an eye check on 1 April directly. Not taken off the wait list yet.', '2026-03-11 09:12:00'),
    (8, 7, NULL, 1, 'Will be back in the last week of March to hand over her flat.', '2026-03-13 11:25:00'),
    (9, 8, NULL, 5, 'Would like Tuesdays at 10 with Jana again.', '2026-03-10 10:35:00'),
    (10, 30, 55, 5, 'Consents to the list price for the excision.', '2026-03-06 11:36:00'),
    (11, 35, 7, 3, 'Had an interview, cancelled the day before.', '2026-03-09 17:46:00'),
    (12, 6, 70, 1, 'Consents to the list price for the skin check.', '2026-03-06 09:26:00');

-- table: reminders
INSERT INTO reminders (id, appointment_id, channel, send_at, status) VALUES
    (1, 20, 'sms', '2026-03-14 08:00:00', 'sent'),
    (2, 21, 'email', '2026-03-14 08:30:00', 'sent'),
    (3, 22, 'sms', '2026-03-14 09:15:00', 'sent'),
    (4, 5, 'sms', '2026-03-04 10:00:00', 'sent'),
    (5, 30, 'phone', '2026-03-15 11:00:00', 'sent'),
    (6, 31, 'phone', '2026-03-15 08:30:00', 'sent'),
    (7, 40, 'sms', '2026-03-16 18:00:00', 'pending'),
    (8, 42, 'phone', '2026-03-17 10:00:00', 'pending'),
    (9, 43, 'email', '2026-03-16 11:15:00', 'pending'),
    (10, 35, 'email', '2026-03-16 14:00:00', 'pending'),
    (11, 75, 'phone', '2026-03-22 11:00:00', 'pending'),
    (12, 76, 'phone', '2026-03-29 11:00:00', 'pending'),
    (13, 78, 'phone', '2026-03-24 09:30:00', 'pending'),
    (14, 60, 'email', '2026-03-17 09:00:00', 'pending'),
    (15, 72, 'email', '2026-03-24 09:00:00', 'pending'),
    (16, 54, 'email', '2026-03-16 13:00:00', 'cancelled'),
    (17, 12, 'email', '2026-02-17 09:30:00', 'sent'),
    (18, 80, 'sms', '2026-03-29 10:00:00', 'pending');

-- table: wait_list_entries
INSERT INTO wait_list_entries (id, patient_id, appointment_type_id, priority, site_id, cancelled_appointment_id, requested_at, status, appointment_id, remark) VALUES
    (1, 23, 8, 'routine', NULL, NULL, '2025-11-24 10:05:00', 'waiting', NULL, ''),
    (2, 20, 8, 'soon', NULL, 13, '2026-01-08 09:15:00', 'waiting', NULL, 'Would like a morning if possible.'),
    (3, 22, 8, 'soon', NULL, NULL, '2026-01-15 14:00:00', 'waiting', NULL, 'Flexible, lives around the corner.'),
    (4, 24, 8, 'urgent', NULL, NULL, '2026-02-10 11:30:00', 'waiting', NULL, ''),
    (5, 21, 8, 'soon', 3, 12, '2026-02-20 08:50:00', 'waiting', NULL, 'Works in the afternoon.'),
    (6, 18, 8, 'urgent', NULL, NULL, '2026-02-27 16:20:00', 'waiting', NULL, 'Depends on a lift from his daughter.'),
    (7, 19, 8, 'urgent', 2, NULL, '2026-03-02 12:05:00', 'waiting', NULL, ''),
    (8, 7, 14, 'routine', NULL, NULL, '2026-01-29 14:15:00', 'waiting', NULL, ''),
    (9, 7, 4, 'routine', 1, NULL, '2026-02-12 09:40:00', 'waiting', NULL, 'A mole on the left arm.'),
    (10, 7, 6, 'soon', NULL, NULL, '2025-10-06 10:00:00', 'withdrawn', NULL, ''),
    (11, 6, 3, 'soon', 1, NULL, '2026-03-05 09:40:00', 'waiting', NULL, ''),
    (12, 33, 14, 'soon', 2, NULL, '2026-02-18 10:30:00', 'booked', 46, ''),
    (13, 29, 9, 'routine', 3, NULL, '2026-02-27 16:25:00', 'waiting', NULL, 'After he has a new insurance.'),
    (14, 3, 5, 'urgent', 3, NULL, '2026-03-09 11:50:00', 'waiting', NULL, '');

-- table: fee_waivers
INSERT INTO fee_waivers (id, fee_id, reason, comment, granted_by, granted_at) VALUES
    (1, 2, 'first_time', 'Asked by telephone.', 2, '2025-07-21 09:30:00');

-- table: wait_list_windows
INSERT INTO wait_list_windows (id, entry_id, weekday, start_time, end_time) VALUES
    (1, 2, 3, '08:00:00', '12:00:00'),
    (2, 3, 2, '08:00:00', '18:00:00'),
    (3, 3, 3, '08:00:00', '18:00:00'),
    (4, 5, 1, '08:30:00', '12:00:00'),
    (5, 5, 3, '08:30:00', '12:00:00'),
    (6, 6, 0, '08:00:00', '17:00:00'),
    (7, 6, 1, '08:00:00', '12:00:00'),
    (8, 7, 4, '09:00:00', '13:00:00'),
    (9, 9, 2, '13:00:00', '16:00:00'),
    (10, 13, 0, '09:00:00', '12:00:00');
