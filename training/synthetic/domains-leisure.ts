// Businesses for spare time: hotel, cinema, fitness club. Data only.

import { type Domain, findAmount, findTimes } from './domain.ts';
import { choice, count, day, optional, person, pick, time } from './slots.ts';

const guests = count({
  keys: ['party_size', 'guests', 'number_of_people'],
  asks: ['For how many people?', 'How many of you will there be?', 'How many guests?'],
  lead: 'for {value}',
  high: 8,
  unit: 'person|people',
});

export const leisure: readonly Domain[] = [
  {
    subject: 'a hotel',
    titles: ['Hotel', 'Inn', 'Lodge', 'Guest House'],
    task: {
      names: ['book_room', 'reserve_room', 'create_reservation'],
      description: 'Book a room',
      noun: 'a room',
      slots: [
        choice({
          keys: ['room_type', 'room'],
          asks: ['What kind of room?', 'Single, double or family?', 'Which room would you like?'],
          lead: ', {value},',
          from: ['single', 'double', 'twin', 'family'],
        }),
        day,
        count({
          keys: ['nights', 'number_of_nights'],
          asks: ['How many nights?', 'For how many nights?'],
          lead: 'for {value}',
          high: 10,
          unit: 'night',
        }),
        person,
        optional(guests),
      ],
      wishes: ["I'd like to book a room", 'I need a room', 'Do you have a room'],
      done: ['Your room is reserved.', "You're booked with us.", 'We look forward to seeing you.'],
    },
    lookup: {
      names: ['room_rate', 'get_rate', 'price_per_night'],
      description: 'Price of a night',
      slots: [
        choice({
          keys: ['room_type', 'room'],
          asks: ['For which kind of room?'],
          lead: 'for a {value} room',
          from: ['single', 'double', 'twin', 'family'],
        }),
      ],
      wishes: ["What's the price", 'How much is a night', 'What would it cost me'],
      find: findAmount('rate', 60, 240, [
        "That's {amount} a night.",
        '{amount} a night {value}.',
        'A night is {amount}.',
      ]),
      nothing: [
        'I have no rate {value}. Would another room do?',
        "There's nothing left {value}. Shall I look at another room?",
      ],
    },
    outside: ['book a flight', 'reserve a rental car', 'order flowers to the room', 'buy concert tickets'],
  },
  {
    subject: 'a cinema',
    titles: ['Cinema', 'Picture House', 'Movie Theater'],
    task: {
      names: ['buy_tickets', 'book_seats', 'reserve_tickets'],
      description: 'Book seats for a film',
      noun: 'seats',
      slots: [
        pick({
          keys: ['film', 'movie', 'title'],
          asks: ['Which film would you like to see?', 'For which movie?'],
          lead: 'for {value}',
          from: [
            'The Long Road',
            'Silver Moon',
            'Night Train',
            'The Last Garden',
            'Paper Boats',
            'Red Harbor',
            'Ghost Hotel',
            'A Quiet Summer',
            'Dragon Hill',
          ],
        }),
        count({
          keys: ['seats', 'ticket_count', 'number_of_tickets'],
          asks: ['How many tickets?', 'How many seats do you need?'],
          lead: ', {value},',
          high: 9,
          unit: 'ticket',
        }),
        day,
        time,
      ],
      wishes: ['I want to see a film', "I'd like to book", 'Can I get seats'],
      done: ['Your seats are booked.', 'Enjoy the film.', 'The tickets are waiting at the desk.'],
    },
    lookup: {
      names: ['showtimes', 'find_shows', 'list_showings'],
      description: 'When films are shown on a day',
      slots: [day],
      wishes: ['When are the shows', 'What times do you have', 'When do films start'],
      find: findTimes('a show'),
      nothing: [
        'There are no shows {value}. Would you like another day?',
        "We're closed {value}. Shall I check another day?",
      ],
    },
    outside: ['rent the screen for a party', 'return a popcorn machine', 'find a lost umbrella'],
  },
  {
    subject: 'a fitness club',
    titles: ['Fitness', 'Gym', 'Sports Club', 'Yoga Studio'],
    task: {
      names: ['join_class', 'book_class', 'sign_up'],
      description: 'Put somebody down for a class',
      noun: 'a place',
      slots: [
        choice({
          keys: ['class_type', 'class_name', 'course'],
          asks: ['Which class?', 'What class would you like?'],
          lead: 'in {value}',
          from: ['yoga', 'pilates', 'spinning', 'boxing', 'aqua fit', 'zumba'],
        }),
        day,
        time,
        person,
      ],
      wishes: ["I'd like a place", 'Can I get a place', 'I want to sign up'],
      done: ["You're in.", 'Your place is booked.', 'See you in class.'],
    },
    lookup: {
      names: ['class_times', 'get_timetable'],
      description: 'When classes are on a day',
      slots: [day],
      wishes: ['When are classes', "What's on", 'What times are the classes'],
      find: findTimes('a class'),
      nothing: ['There are no classes {value}. Another day?', 'Nothing is on {value}. Shall I check another day?'],
    },
    outside: ['freeze my membership', 'buy a bicycle', 'get a meal plan'],
  },
];
