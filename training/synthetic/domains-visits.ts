// Businesses that one visits at an hour: salon, clinic, restaurant, garage, vet. Data only.

import { type Domain, findAmount, findState, findTimes } from './domain.ts';
import { choice, code, count, day, optional, person, phone, pick, time } from './slots.ts';

const guests = count({
  keys: ['party_size', 'guests', 'number_of_people'],
  asks: ['For how many people?', 'How many of you will there be?', 'How many guests?'],
  lead: 'for {value}',
  high: 8,
  unit: 'person|people',
});

export const visits: readonly Domain[] = [
  {
    subject: 'a restaurant',
    titles: ['Kitchen', 'Bistro', 'Grill', 'Trattoria', 'Noodle House'],
    task: {
      names: ['reserve_table', 'book_table', 'make_reservation'],
      description: 'Reserve a table',
      noun: 'a table',
      slots: [
        guests,
        day,
        time,
        person,
        optional(
          choice({
            keys: ['seating', 'area'],
            asks: ['Inside or outside?'],
            lead: '{value}',
            from: ['inside', 'on the terrace', 'at the bar'],
          }),
        ),
      ],
      wishes: ["I'd like to book a table", 'Can I reserve a table', 'I need a table', 'Do you have a table'],
      done: ['Your table is booked.', "You're all set, see you then.", 'The table is yours.'],
    },
    lookup: {
      names: ['check_tables', 'find_free_tables', 'table_availability'],
      description: 'Times at which a table is free',
      slots: [day],
      wishes: ['When do you have a table free', 'What times are open', 'Do you have anything free'],
      find: findTimes('a table'),
      nothing: [
        "I'm afraid we're full {value}. Would another day work?",
        'Nothing is free {value}. Shall I try another day?',
      ],
    },
    outside: [
      'order a taxi home',
      'buy a gift card',
      'get the recipe for your soup',
      'rent the whole place for a wedding',
    ],
  },
  {
    subject: 'a medical clinic',
    titles: ['Clinic', 'Medical Center', 'Family Practice', 'Health Center'],
    task: {
      names: ['book_appointment', 'schedule_visit', 'make_appointment'],
      description: 'Book an appointment with a doctor',
      noun: 'an appointment',
      slots: [
        pick({
          keys: ['reason', 'complaint'],
          asks: ['What is the visit for?', 'What seems to be the problem?', "What's the reason for your visit?"],
          lead: 'for {value}',
          from: [
            'a sore throat',
            'back pain',
            'a checkup',
            'a flu shot',
            'a rash',
            'headaches',
            'an earache',
            'a blood test',
            'knee pain',
            'a cough',
          ],
        }),
        day,
        time,
        person,
        phone,
      ],
      wishes: ['I need to see a doctor', "I'd like an appointment", 'Can I come in', 'I want to book a visit'],
      done: ["You're booked in.", 'Your appointment is made.', 'All done, the doctor will see you then.'],
    },
    lookup: {
      names: ['find_openings', 'check_availability', 'list_free_slots'],
      description: 'Free appointments on a day',
      slots: [day],
      wishes: ['Is anything free', 'When can I see someone', 'What do you have open'],
      find: findTimes('an opening'),
      nothing: [
        'We have no openings {value}. Would another day be all right?',
        "There's nothing left {value}. Shall I look at another day?",
      ],
    },
    outside: [
      'get advice on my diet',
      'change my insurance plan',
      'have my prescription sent abroad',
      'know my test results',
    ],
  },
  {
    subject: 'a hair salon',
    titles: ['Hair Studio', 'Salon', 'Barbers', 'Beauty Lounge'],
    task: {
      names: ['book_slot', 'book_appointment', 'reserve_chair'],
      description: 'Book a treatment at the salon',
      noun: 'a booking',
      slots: [
        pick({
          keys: ['service', 'treatment'],
          asks: ['What would you like done?', 'Which treatment is it?', "What's the appointment for?"],
          lead: 'for {value}',
          from: [
            'a haircut',
            'a cut and color',
            'a beard trim',
            'highlights',
            'a manicure',
            'a blow dry',
            'a perm',
            'a facial',
            'braids',
            'a shave',
          ],
        }),
        day,
        time,
        person,
        optional(
          pick({
            keys: ['stylist', 'with_whom'],
            asks: ['Do you want anyone in particular?'],
            lead: 'with {value}',
            from: ['Carla', 'Jo', 'Mirek', 'Tanya', 'Sal', 'Bea'],
          }),
        ),
      ],
      wishes: ["I'd like to come in", 'Can I book', 'I need an appointment', 'Could you fit me in'],
      done: ["You're booked.", 'See you then.', 'That is in the book.'],
    },
    lookup: {
      names: ['get_price', 'price_of_service', 'lookup_price'],
      description: 'What a treatment costs',
      slots: [
        pick({
          keys: ['service', 'treatment'],
          asks: ['For which treatment?'],
          lead: 'for {value}',
          from: ['a haircut', 'highlights', 'a manicure', 'a blow dry', 'a facial', 'braids', 'a shave'],
        }),
      ],
      wishes: ['What do you charge', "What's the price", 'How much is it'],
      find: findAmount('price', 15, 120, ["That's {amount}.", 'We charge {amount} {value}.', "It's {amount} {value}."]),
      nothing: [
        "I don't see a price {value}. Is it something else?",
        "We don't seem to offer that. Anything else I can look up?",
      ],
    },
    outside: ['sell you my old hair dryer', 'apply for a job', 'order shampoo to my home'],
  },
  {
    subject: 'a car repair garage',
    titles: ['Garage', 'Auto Repair', 'Motors', 'Car Service'],
    task: {
      names: ['book_service', 'schedule_repair', 'create_booking'],
      description: 'Book a car in for work',
      noun: 'a service',
      slots: [
        pick({
          keys: ['work', 'job', 'problem'],
          asks: ['What needs doing?', "What's wrong with the car?", 'What kind of work is it?'],
          lead: 'for {value}',
          from: [
            'an oil change',
            'new brakes',
            'a flat tire',
            'a strange noise',
            'an inspection',
            'a dead battery',
            'winter tires',
            'a cracked windshield',
          ],
        }),
        code({
          keys: ['plate', 'license_plate', 'registration'],
          asks: ["What's your license plate?", 'Can I have the plate number?', 'What is the registration?'],
          lead: 'plate {value}',
        }),
        day,
        phone,
      ],
      wishes: ['I need my car looked at', "I'd like to bring my car in", 'Can you take my car in'],
      done: ['Your car is booked in.', "We'll be expecting it.", 'All booked.'],
    },
    lookup: {
      names: ['repair_status', 'get_job_status', 'check_car'],
      description: 'How far a repair is',
      slots: [
        code({
          keys: ['plate', 'license_plate'],
          asks: ["What's the license plate?", 'Which plate is it?'],
          lead: 'with the plate {value}',
        }),
      ],
      wishes: ['Is my car ready', 'I want to know how my car is coming along', 'Any news on my car'],
      find: findState('status', {
        ready: 'Good news, your car is ready to be picked up.',
        'waiting for parts': "We're still waiting for parts, I'm afraid.",
        'in the workshop': 'Your car is in the workshop right now.',
        'not started': "They haven't started on it yet.",
      }),
      nothing: [
        "I can't find a car {value}. Could you check the plate?",
        'Nothing comes up {value}. Is the plate right?',
      ],
    },
    outside: ['sell my car to you', 'rent a van', 'insure my car'],
  },
  {
    subject: 'a veterinary practice',
    titles: ['Vets', 'Animal Clinic', 'Pet Care', 'Veterinary Hospital'],
    task: {
      names: ['book_pet_visit', 'schedule_checkup', 'add_appointment'],
      description: 'Book a visit for an animal',
      noun: 'a visit',
      slots: [
        choice({
          keys: ['animal', 'species', 'pet_type'],
          asks: ['What kind of animal is it?', 'Is it a cat, a dog or something else?'],
          lead: 'for my {value}',
          from: ['dog', 'cat', 'rabbit', 'parrot', 'hamster'],
        }),
        pick({
          keys: ['pet_name'],
          asks: ["What's your pet called?", "And your pet's name?"],
          lead: 'called {value}',
          from: [
            'Biscuit',
            'Luna',
            'Max',
            'Pepper',
            'Milo',
            'Daisy',
            'Shadow',
            'Coco',
            'Ziggy',
            'Olive',
            'Rocky',
            'Pumpkin',
          ],
        }),
        day,
        time,
      ],
      wishes: ['I need a visit', "I'd like to bring my pet in", 'Can the vet have a look'],
      done: ["That's booked.", "We'll see you both then.", 'The visit is in the diary.'],
    },
    lookup: {
      names: ['free_visits', 'vet_availability'],
      description: 'Free visits on a day',
      slots: [day],
      wishes: ['Does the vet have time', 'Can we come by', 'Is there any time'],
      find: findTimes('a visit free'),
      nothing: [
        'The vet is fully booked {value}. Another day perhaps?',
        "I'm afraid there's nothing {value}. Shall I try the next day?",
      ],
    },
    outside: ['adopt a kitten', 'have my dog walked', 'buy pet insurance'],
  },
];
