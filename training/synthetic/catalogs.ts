// Businesses that find one of several things and then book it: what is searched by, what a booking needs. Data only.

import { count, pick, type SlotMaker, type Wording } from './slots.ts';
import { soon, soonAt } from './soon.ts';

/** One search and one booking of what it found. */
export interface Catalog {
  /** "a restaurant search and reservation service" */
  readonly subject: string;
  readonly titles: readonly string[];
  readonly search: { readonly names: readonly string[]; readonly description: string };
  /** Said in one breath with what is booked. */
  readonly searchSlots: readonly SlotMaker[];
  readonly book: { readonly names: readonly string[]; readonly description: string };
  readonly bookSlots: readonly SlotMaker[];
  /** What the booking calls the thing that was found. */
  readonly nameKeys: readonly string[];
  /** One of what is found, several of them. */
  readonly noun: readonly [one: string, many: string];
  readonly firstWords: readonly string[];
  readonly lastWords: readonly string[];
  /** What results tell of a thing, with the caller's question and the agent's answer about it. */
  readonly facts: readonly Fact[];
  readonly wishes: readonly string[];
  readonly done: readonly string[];
}

export interface Fact {
  readonly key: string;
  readonly values: readonly (string | number)[];
  readonly asks: readonly string[];
  /** `{value}` stands for it. */
  readonly answers: readonly string[];
}

/** "a dermatologist" in the caller's mouth is `dermatologist` to the tool. */
function bare(wording: Wording & { readonly from: readonly string[] }): SlotMaker {
  const make = pick(wording);
  return (scene, today) => {
    const slot = make(scene, today);
    return {
      ...slot,
      draw() {
        const value = slot.draw();
        return { ...value, argument: value.said.replace(/^(?:an?|the) /, '') };
      },
    };
  };
}

const list = (text: string): readonly string[] => text.trim().split(/\s*,\s*/);

const city = pick({
  keys: ['city', 'location', 'area', 'town'],
  asks: ['In which city?', 'Which city are you looking in?', 'Where should it be?'],
  lead: 'in {value}',
  from: list(
    'San Jose, Oakland, Fremont, Berkeley, Santa Rosa, Portland, Denver, Boston, Seattle, Austin, Phoenix, Chicago, ' +
      'Palo Alto, Napa, Sacramento, Atlanta, Miami, Dublin, Leeds, Toronto, Vancouver, San Diego, Mountain View, Nashville',
  ),
});

const party = count({
  keys: ['party_size', 'guests', 'number_of_people', 'people'],
  asks: ['For how many people?', 'How many of you will there be?', 'How many guests?'],
  lead: 'for {value}',
  high: 8,
  unit: 'person|people',
});

const address: Fact = {
  key: 'street_address',
  values: list('12 Mill Lane, 404 Oak Avenue, 9 Harbor Road, 77 Queen Street, 230 Elm Street, 1501 Lake Street'),
  asks: ['where is it', "what's the address", 'where exactly is that'],
  answers: ["It's at {value}.", 'The address is {value}.', "They're at {value}."],
};
const phone: Fact = {
  key: 'phone_number',
  values: list('555-0119, 555-0172, 555-0138, 555-0104, 555-0155'),
  asks: ["what's their number", 'do you have a phone number for them'],
  answers: ['Their number is {value}.', "It's {value}."],
};
const rating: Fact = {
  key: 'rating',
  values: [3.9, 4.1, 4.3, 4.5, 4.6, 4.8],
  asks: ['is it any good', 'how is it rated', 'what do people say about it'],
  answers: ['It is rated {value} out of 5.', 'People give it {value} of 5.'],
};
const price: Fact = {
  key: 'price_range',
  values: list('inexpensive, moderate, expensive'),
  asks: ['is it expensive', 'how pricey is it', 'what is the price range'],
  answers: ["It's {value}.", 'The prices are {value}.'],
};
const cost = (key: string, values: readonly number[]): Fact => ({
  key,
  values,
  asks: ['how much is it', 'what does it cost', 'what would that be'],
  answers: ["It's {value} dollars.", 'That is {value} dollars.', 'It comes to {value} dollars.'],
});

export const catalogs: readonly Catalog[] = [
  {
    subject: 'a popular restaurant search and reservation service',
    titles: ['Tables', 'Dining Line', 'Reservations'],
    search: {
      names: ['find_restaurants', 'search_restaurants', 'list_restaurants'],
      description: 'Find a restaurant of a particular cuisine in a city',
    },
    searchSlots: [
      bare({
        keys: ['cuisine', 'food', 'category'],
        asks: ['What kind of food?', 'Which cuisine would you like?', 'What would you like to eat?'],
        lead: '{value}',
        from: list(
          'sushi, Italian, Thai, Mexican, Indian, Japanese, Chinese, seafood, steak, vegan food, Greek, Korean, pizza, ' +
            'Vietnamese, French, barbecue, Ethiopian, tapas, ramen, burgers',
        ),
      }),
      city,
    ],
    book: {
      names: ['reserve_restaurant', 'reserve_table', 'book_table'],
      description: 'Reserve a table at a restaurant',
    },
    bookSlots: [soonAt(17, 21), soon, party],
    nameKeys: ['restaurant_name', 'restaurant', 'name'],
    noun: ['restaurant', 'restaurants'],
    firstWords: list('Little, Casa, Golden, Chez, The Blue, Old, Villa, Royal, The Hungry, Green, Mama, The Copper'),
    lastWords: list('Lantern, Fig, Bamboo, Oven, Harvest, Garden, Spoon, Anchor, Pepper, Olive, Lotus, Kettle'),
    facts: [address, phone, rating, price],
    wishes: ['a table', "I'd like a table", 'can I get a table', 'I need a reservation', 'book me a table'],
    done: ['Your table is booked.', "You're all set.", 'The table is reserved.', 'It is booked, enjoy!'],
  },
  {
    subject: 'a hotel search and booking line',
    titles: ['Stays', 'Rooms', 'Hotel Desk'],
    search: { names: ['search_hotel', 'find_hotels', 'list_hotels'], description: 'Find a hotel in a city' },
    searchSlots: [
      city,
      bare({
        keys: ['kind', 'style', 'type'],
        asks: ['What kind of hotel?', 'Any style in mind?'],
        lead: 'something {value}',
        from: list('quiet, cheap, central, modern, with a pool, near the airport, pet friendly, by the water'),
      }),
    ],
    book: { names: ['reserve_hotel', 'book_room', 'reserve_room'], description: 'Book a room at a hotel' },
    bookSlots: [
      soon,
      count({
        keys: ['nights', 'number_of_nights', 'number_of_days'],
        asks: ['For how many nights?', 'How many nights?', 'How long will you stay?'],
        lead: 'for {value}',
        high: 7,
        unit: 'night',
      }),
    ],
    nameKeys: ['hotel_name', 'place_name', 'hotel'],
    noun: ['hotel', 'hotels'],
    firstWords: list('Hotel, The Grand, Harbor, Park, The Old, Hillside, Station, Royal, Sunset, Garden'),
    lastWords: list('Inn, Lodge, House, Plaza, Court, Palace, Residence, View, Suites, Arms'),
    facts: [address, phone, rating, cost('price_per_night', [79, 95, 120, 145, 180, 210])],
    wishes: [
      'a room',
      'I need a hotel',
      "I'd like a room",
      'can you book me a hotel',
      "I'm looking for a place to stay",
    ],
    done: ['Your room is booked.', "You're booked in.", 'The room is yours.'],
  },
  {
    subject: 'a service that finds and books doctors',
    titles: ['Care Line', 'Doctors Direct', 'Health Line'],
    search: { names: ['find_provider', 'find_doctors', 'search_doctors'], description: 'Find a doctor of a specialty' },
    searchSlots: [
      bare({
        keys: ['specialty', 'type', 'doctor_type'],
        asks: ['What kind of doctor?', 'Which specialty?'],
        lead: 'with {value}',
        from: list('a dermatologist, a dentist, an eye doctor, a family doctor, a physiotherapist, an allergist'),
      }),
      city,
    ],
    book: { names: ['book_appointment', 'schedule_visit'], description: 'Book an appointment with a doctor' },
    bookSlots: [soon, soonAt(8, 17)],
    nameKeys: ['doctor_name', 'provider', 'doctor'],
    noun: ['doctor', 'doctors'],
    firstWords: list('Dr. Helen, Dr. Marcus, Dr. Priya, Dr. Tom, Dr. Lucia, Dr. Samuel, Dr. Wen, Dr. Ines'),
    lastWords: list('Barlow, Chandra, Holt, Keller, Nolan, Osei, Pike, Varga, Walsh, Young'),
    facts: [address, phone, rating],
    wishes: ['an appointment', 'I need an appointment', 'can I see someone', "I'd like to book a visit"],
    done: ['Your appointment is made.', "You're booked in.", 'The appointment is set.'],
  },
  {
    subject: 'a salon finder with bookings',
    titles: ['Hair Finder', 'Beauty Line'],
    search: { names: ['find_stylists', 'search_salons', 'find_provider'], description: 'Find a salon in a city' },
    searchSlots: [
      bare({
        keys: ['service', 'treatment'],
        asks: ['What would you like done?', 'For which treatment?'],
        lead: 'for {value}',
        from: list('a haircut, a manicure, a massage, highlights, a beard trim, a facial'),
      }),
      city,
    ],
    book: { names: ['book_salon', 'book_appointment', 'reserve_slot'], description: 'Book a treatment at a salon' },
    bookSlots: [soonAt(9, 18), soon],
    nameKeys: ['salon_name', 'stylist_name', 'salon'],
    noun: ['salon', 'salons'],
    firstWords: list('Studio, Bella, Urban, The Mirror, Silk, Shear, Golden, Lush, Velvet'),
    lastWords: list('Lounge, Chair, Curl, Room, Touch, Style, Parlor, Glow, Comb'),
    facts: [address, phone, rating, cost('price', [25, 35, 40, 55, 70])],
    wishes: ['an appointment', "I'd like to go to a salon", 'can you book me in', 'I need a booking'],
    done: ["You're booked.", 'The appointment is yours.', 'That is booked.'],
  },
  {
    subject: 'a service for event tickets',
    titles: ['Tickets', 'Box Office', 'Event Line'],
    search: { names: ['find_events', 'search_events', 'list_events'], description: 'Find events in a city' },
    searchSlots: [
      bare({
        keys: ['category', 'genre', 'event_type'],
        asks: ['What kind of event?', 'What would you like to see?'],
        lead: 'for {value}',
        from: list('jazz, a musical, basketball, stand-up comedy, opera, a rock concert, baseball, ballet'),
      }),
      city,
    ],
    book: { names: ['buy_event_tickets', 'buy_tickets', 'order_tickets'], description: 'Buy tickets for an event' },
    bookSlots: [
      count({
        keys: ['number_of_tickets', 'quantity', 'tickets'],
        asks: ['How many tickets?', 'How many would you like?'],
        lead: '{value}',
        high: 8,
        unit: 'ticket',
      }),
      soon,
    ],
    nameKeys: ['event_name', 'event', 'title'],
    noun: ['event', 'events'],
    firstWords: list('Midnight, The Silver, River, Broken, Northern, Electric, Paper, The Last, Summer'),
    lastWords: list('Strings, Parade, Voices, Giants, Echoes, Kings, Serenade, Thunder, Stage'),
    facts: [cost('price_per_ticket', [18, 25, 40, 65, 80]), { ...address, key: 'venue_address' }],
    wishes: ['I want tickets', "I'd like to go out", 'can I get tickets', 'get me tickets'],
    done: ['You have your tickets.', 'The tickets are yours, enjoy!', 'They are bought.'],
  },
  {
    subject: 'a car rental desk',
    titles: ['Car Rental', 'Wheels', 'Rent a Car'],
    search: { names: ['get_cars_available', 'find_cars', 'search_cars'], description: 'Find cars for rent in a city' },
    searchSlots: [
      bare({
        keys: ['car_type', 'category', 'size'],
        asks: ['What kind of car?', 'Which size?'],
        lead: '{value}',
        from: list('a compact, an SUV, a van, a convertible, a hatchback, a pickup'),
      }),
      city,
    ],
    book: { names: ['reserve_car', 'book_car', 'rent_car'], description: 'Reserve a car' },
    bookSlots: [soon, soonAt(7, 20)],
    nameKeys: ['car_name', 'car', 'model'],
    noun: ['car', 'cars'],
    firstWords: list('Corvo, Lumen, Astra, Piko, Terra, Velo, Nimbus, Sora'),
    lastWords: list('One, GT, Plus, Cross, City, Tour, Max, Four'),
    facts: [cost('price_per_day', [29, 38, 45, 60, 75]), { ...address, key: 'pickup_address' }],
    wishes: ['I need to rent a car', "I'd like to rent", 'can I rent', 'I want to hire'],
    done: ['The car is reserved.', 'Your car is booked.', "You're all set."],
  },
  {
    subject: 'a school with evening classes',
    titles: ['Evening School', 'Learning Center', 'Workshops'],
    search: { names: ['find_classes', 'search_courses', 'list_classes'], description: 'Find classes on a subject' },
    searchSlots: [
      bare({
        keys: ['subject', 'topic'],
        asks: ['Which subject?', 'What would you like to learn?'],
        lead: 'in {value}',
        from: list('pottery, Spanish, yoga, photography, cooking, woodwork, salsa, bookkeeping, watercolors'),
      }),
    ],
    book: { names: ['enroll', 'sign_up', 'book_class'], description: 'Sign somebody up for a class' },
    bookSlots: [
      soon,
      count({
        keys: ['seats', 'places', 'participants'],
        asks: ['For how many people?', 'How many places?'],
        lead: 'for {value}',
        high: 5,
        unit: 'person|people',
      }),
    ],
    nameKeys: ['class_name', 'course', 'class'],
    noun: ['class', 'classes'],
    firstWords: list('First, Easy, Weekend, Practical, Joyful, Open, Basic, Advanced'),
    lastWords: list('Steps, Hands, Workshop, Circle, Studio, Start, Sessions, Lab'),
    facts: [cost('fee', [20, 35, 60, 90]), { ...address, key: 'room_address' }, rating],
    wishes: ['I want to take a class', "I'd like a class", 'do you have a class', 'sign me up for something'],
    done: ["You're signed up.", 'The place is yours.', 'Done, see you there.'],
  },
  {
    subject: 'a garage finder',
    titles: ['Garage Line', 'Auto Help', 'Repair Finder'],
    search: { names: ['find_garages', 'search_mechanics', 'find_shop'], description: 'Find a garage for a repair' },
    searchSlots: [
      bare({
        keys: ['repair', 'problem', 'service'],
        asks: ['What needs to be done?', 'What is wrong with the car?'],
        lead: 'for {value}',
        from: list('an oil change, new tires, the brakes, a flat battery, an inspection, a broken window'),
      }),
      city,
    ],
    book: { names: ['book_garage', 'schedule_repair', 'book_slot'], description: 'Book a repair at a garage' },
    bookSlots: [soonAt(8, 17), soon],
    nameKeys: ['garage_name', 'garage', 'shop_name'],
    noun: ['garage', 'garages'],
    firstWords: list('Miller, Speedy, North Side, Honest, Park, Union, Red Wrench, Canyon'),
    lastWords: list('Motors, Auto, Garage, Service, Brakes, Repair, Works'),
    facts: [address, phone, rating],
    wishes: ['I need a garage', "I'd like to bring my car in", 'can someone look at my car', 'I need a repair slot'],
    done: ['The garage expects you.', "It's booked.", 'You have your slot.'],
  },
];
