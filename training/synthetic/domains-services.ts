// Businesses that do something for a caller: parcels, taxi, library, pharmacy and their like. Data only.

import { type Domain, findAmount, findState } from './domain.ts';
import { address, choice, count, day, digits, optional, person, phone, pick, time } from './slots.ts';

const tracking = digits({
  keys: ['tracking_number', 'parcel_number', 'tracking_code'],
  asks: ["What's the tracking number?", 'Can I have the tracking number?', 'Which parcel is it? I need the number.'],
  lead: 'with the number {value}',
  lengths: [6, 8, 9],
});

export const services: readonly Domain[] = [
  {
    subject: 'a parcel service',
    titles: ['Parcel', 'Express', 'Couriers', 'Delivery'],
    task: {
      names: ['reschedule_delivery', 'change_delivery', 'move_delivery'],
      description: 'Have a parcel brought on another day',
      noun: 'a delivery',
      slots: [tracking, day, optional(address)],
      wishes: [
        "I won't be home for my parcel, I need to change it to",
        'Can you bring my package at another time',
        'I want to move my delivery',
      ],
      done: ['Your delivery is moved.', "It's changed, we'll bring it then.", 'Done, the driver knows.'],
    },
    lookup: {
      names: ['track_parcel', 'parcel_status', 'find_package'],
      description: 'Where a parcel is',
      slots: [tracking],
      wishes: ["Where's my parcel", 'I want to track a package', 'My parcel has not come'],
      find: findState('status', {
        'out for delivery': "It's out for delivery and should arrive today.",
        'at the depot': "It's at the depot and goes out tomorrow.",
        delivered: 'It was delivered already.',
        'held at customs': "It's being held at customs.",
        'in transit': "It's on its way to our depot.",
      }),
      nothing: [
        "I can't find a parcel {value}. Could you check the number?",
        'No parcel comes up {value}. Is the number right?',
      ],
    },
    outside: ['buy stamps', 'get my passport renewed', 'rent a storage unit'],
  },
  {
    subject: 'a taxi company',
    titles: ['Cabs', 'Taxi', 'Cars'],
    task: {
      names: ['book_ride', 'order_taxi', 'send_cab'],
      description: 'Send a car',
      noun: 'a taxi',
      slots: [
        address,
        pick({
          keys: ['destination', 'to', 'drop_off'],
          asks: ['Where are you going?', 'And where to?', 'What is the destination?'],
          lead: 'to {value}',
          from: [
            'the airport',
            'the train station',
            'the hospital',
            'the city center',
            'the stadium',
            'the harbor',
            'the university',
            'the mall',
            'the museum',
            'the opera',
          ],
        }),
        time,
        optional(
          count({
            keys: ['passengers', 'seats'],
            asks: ['How many of you?'],
            lead: 'for {value}',
            high: 6,
            unit: 'passenger',
          }),
        ),
      ],
      wishes: ['I need a taxi', 'Can you send me a cab', "I'd like to order a ride", 'I want a car'],
      done: ['Your taxi is on the list.', 'The car will be there.', 'A driver is booked for you.'],
    },
    lookup: {
      names: ['quote_fare', 'get_fare', 'estimate_price'],
      description: 'What a ride costs',
      slots: [
        pick({
          keys: ['destination', 'to'],
          asks: ['Where are you going?', 'To which place?'],
          lead: 'to {value}',
          from: ['the airport', 'the train station', 'the hospital', 'the stadium', 'the harbor', 'the university'],
        }),
      ],
      wishes: ["What's the fare", 'How much is a ride', 'What do you charge'],
      find: findAmount('fare', 8, 60, [
        "That's about {amount}.",
        'A ride {value} is {amount}.',
        'It comes to {amount}.',
      ]),
      nothing: [
        "I don't have a fare {value}. Is there another stop nearby?",
        "We don't go {value}, I'm sorry. Anywhere else?",
      ],
    },
    outside: ['rent a car for a week', 'send a parcel without me', 'become a driver'],
  },
  {
    subject: 'a public library',
    titles: ['Library', 'City Library', 'Reading Room'],
    task: {
      names: ['reserve_book', 'hold_book', 'place_hold'],
      description: 'Keep a book for a reader',
      noun: 'a hold',
      slots: [
        pick({
          keys: ['title', 'book_title', 'book'],
          asks: ['Which book is it?', "What's the title?", 'Which book would you like?'],
          lead: ', {value},',
          from: [
            'The Winter Sea',
            'A Map of Rain',
            'The Clockmaker',
            'Blue Mountains',
            'Gardens of Stone',
            'The Tenth Door',
            'Letters from Oslo',
            'The Salt Road',
            'Small Fires',
          ],
        }),
        digits({
          keys: ['card_number', 'library_card', 'reader_number'],
          asks: ["What's your library card number?", 'Can I have your card number?'],
          lead: 'with card {value}',
          lengths: [5, 6],
        }),
      ],
      wishes: ["I'd like to reserve a book", 'Can you keep a book for me', 'I want to put a book aside'],
      done: ['The book is on hold for you.', "We'll keep it at the desk.", "It's reserved."],
    },
    lookup: {
      names: ['find_book', 'search_catalog', 'is_book_in'],
      description: 'Whether a book is in',
      slots: [
        pick({
          keys: ['title', 'query'],
          asks: ['Which book are you looking for?', 'What is the title?'],
          lead: 'called {value}',
          from: [
            'The Winter Sea',
            'A Map of Rain',
            'Blue Mountains',
            'The Tenth Door',
            'Letters from Oslo',
            'Small Fires',
          ],
        }),
      ],
      wishes: ["I'm looking for a book", 'Do you have a book', 'Is a book in'],
      find: findState('state', {
        'on the shelf': 'Yes, it is on the shelf.',
        'on loan': "It's on loan at the moment.",
        'on order': "We've ordered it, but it's not here yet.",
      }),
      nothing: [
        "We don't have a book {value}. Could it be another title?",
        'I find nothing {value}. Is the title right?',
      ],
    },
    outside: ['have my essay printed and bound', 'sell my old books', 'book a flight'],
  },
  {
    subject: 'a pharmacy',
    titles: ['Pharmacy', 'Drugstore', 'Chemist'],
    task: {
      names: ['refill_prescription', 'order_refill', 'request_refill'],
      description: 'Refill a prescription',
      noun: 'a refill',
      slots: [
        digits({
          keys: ['prescription_number', 'rx_number'],
          asks: ["What's the prescription number?", 'Can you read me the number on the label?'],
          lead: 'of prescription {value}',
          lengths: [6, 7],
        }),
        person,
        optional(
          choice({
            keys: ['delivery', 'handover'],
            asks: ['Pickup or delivery?'],
            lead: 'for {value}',
            from: ['pickup', 'delivery'],
          }),
        ),
      ],
      wishes: ['I need a refill', "I'd like to refill my prescription", 'Can you refill something for me'],
      done: ['Your refill is ordered.', "It'll be ready tomorrow.", "That's on its way."],
    },
    lookup: {
      names: ['refill_status', 'check_prescription'],
      description: 'Whether a prescription is ready',
      slots: [
        digits({
          keys: ['prescription_number', 'rx_number'],
          asks: ["What's the prescription number?", 'Which number is on the label?'],
          lead: 'with the number {value}',
          lengths: [6, 7],
        }),
      ],
      wishes: ['Is my prescription ready', 'Can I pick up my medicine', 'I want to know if my pills are in'],
      find: findState('status', {
        ready: "Yes, it's ready at the counter.",
        'being filled': "It's being filled, give us an hour.",
        'waiting for the doctor': "We're waiting for your doctor to approve it.",
      }),
      nothing: [
        'I find no prescription {value}. Could you read it again?',
        'Nothing comes up {value}. Is the number right?',
      ],
    },
    outside: ['see a doctor today', 'get stronger pills without a prescription', 'return a wheelchair'],
  },
  {
    subject: 'a cleaning company',
    titles: ['Cleaning', 'Home Services', 'Window Cleaning'],
    task: {
      names: ['order_cleaning', 'book_cleaner', 'schedule_cleaning'],
      description: 'Send a cleaner to a home',
      noun: 'a cleaning',
      slots: [
        address,
        count({
          keys: ['rooms', 'number_of_rooms'],
          asks: ['How many rooms?', 'How many rooms do you have?'],
          lead: ', {value},',
          high: 9,
          unit: 'room',
        }),
        day,
        phone,
      ],
      wishes: ['I need my place cleaned', "I'd like to book a cleaner", 'Can you come and clean'],
      done: ["It's booked.", 'A cleaner will come by.', "You're on the schedule."],
    },
    lookup: {
      names: ['cleaning_price', 'quote_cleaning'],
      description: 'Price by number of rooms',
      slots: [
        count({
          keys: ['rooms', 'number_of_rooms'],
          asks: ['For how many rooms?'],
          lead: 'for {value}',
          high: 9,
          unit: 'room',
        }),
      ],
      wishes: ['What does it cost', 'How much is a cleaning', "What's your price"],
      find: findAmount('price', 40, 260, ["That's {amount}.", '{amount} {value}.', 'It would be {amount} {value}.']),
      nothing: [
        "I have no price {value}, I'm sorry. Is it another number?",
        "We don't have an offer {value}. Shall I try another number?",
      ],
    },
    outside: ['have my kitchen painted', 'have my furniture moved', 'have a leaking tap fixed'],
  },
];
