// Words that synthetic dialogues are filled with: names, streets, days. Data only.

const list = (text: string): readonly string[] => text.trim().split(/\s*,\s*/);

export const firstNames = list(
  'Maria, James, Aisha, Peter, Linda, Omar, Sofia, Daniel, Grace, Kwame, Hannah, Luis, Priya, Thomas, Emily, Yuki, ' +
    'Andre, Fatima, Jack, Ingrid, Carlos, Nora, Samuel, Chloe, Victor, Amara, Oliver, Mei, Julian, Rosa, Ethan, Zara, ' +
    'Henry, Leila, Marcus, Anna, Dmitri, Claire, Felix, Naomi, Arthur, Bianca, Raj, Helen, Tomas, Ruby, Isaac, Elena, ' +
    'Patrick, Vera, Malik, Joan, Simon, Tara, Hugo, Alice, Gordon, Lena, Walter, Nadia, Keith, Iris, Roland, Paula, ' +
    'Stefan, Wendy, Abdul, Moira, Colin, Beatrice, Ivan, Sandra, Nathan, Olga, Derek, Fiona, Martin, Celia, Ahmed, ' +
    'Judith, Owen, Teresa, Philip, Gloria, Rashid, Dora, Alan, Esther, Kofi, Brenda, Miguel, Ursula, Leon, Harriet, ' +
    'Sean, Miriam, Pablo, Eleanor, Howard, Lucia, Vikram, Agnes, Curtis, Irene, Bruno, Sylvia, Dennis, Yasmin',
);

export const lastNames = list(
  'Smith, Okafor, Nguyen, Kowalczyk, Garcia, Patel, Johansson, Murphy, Schneider, Rossi, Tanaka, Dubois, Novak, Haddad, ' +
    'Petrov, Andersen, Silva, Campbell, Fischer, Yilmaz, Moreau, Larsen, Ivanov, Costa, Weber, Ferrari, Singh, Kim, ' +
    'Mbeki, Horvath, Bianchi, Hughes, Lindqvist, Castillo, Brennan, Achebe, Vogel, Romero, Chandra, Fitzgerald, Meyer, ' +
    'Nakamura, Osei, Pereira, Quinn, Ramirez, Stein, Thornton, Ueda, Vasquez, Whitaker, Xu, Young, Zielinski, Abbott, ' +
    'Barlow, Cheng, Delgado, Eriksen, Farouk, Grant, Hoffman, Iqbal, Jensen, Kaplan, Leclerc, Marsh, Nolan, Ortega, ' +
    'Pritchard, Reyes, Santos, Tierney, Underwood, Varga, Walsh, Yates, Zimmer, Bauer, Crowley, Dalton, Espinoza, Fox, ' +
    'Gallagher, Hayes, Jacobs, Keller, Lowe, Mendez, Norris, Oduya, Pope, Rhodes, Sharma, Todd, Vance, Wells, Baptiste, ' +
    'Carver, Doyle, Engel, Flores, Greer, Holt, Irving, Joyce, Kane, Lund, Mercer, Nash, Olsen, Pike, Rowe, Stone, ' +
    'Tucker, Voss, Webb, Archer, Blackwood, Conway, Draper, Eastman, Frost, Goldberg, Hartley, Kirby, Lambert, Monroe, ' +
    'Newman, Parsons, Ridley, Sutton, Townsend, Wyatt, Beckett, Cross, Dixon, Ellison, Finch, Goodwin, Hobbs, Ingram',
);

export const streets = list(
  'Maple Street, Oak Avenue, Harbor Road, Mill Lane, Station Road, Elm Street, Park Avenue, Church Street, River Drive, ' +
    'Hill Street, Cedar Lane, King Street, Queen Street, Bridge Road, Sunset Boulevard, Garden Way, Orchard Road, ' +
    'Lake Street, Main Street, Forest Avenue, Victoria Road, Market Street, Pine Court, Willow Lane, Castle Street, ' +
    'Meadow Drive, Walnut Street, Chestnut Avenue, Rose Lane, North Road, Canal Street, Highland Avenue, Spring Street, ' +
    'Birch Road, Franklin Street, Lincoln Avenue, Grove Street, Valley Road, Prospect Street, Union Street, Abbey Road, ' +
    'Juniper Lane, Cherry Street, Summit Avenue, Mason Street, Quarry Road, Windmill Lane, Beacon Street, Holly Court',
);

export const businessNames = list(
  'Harbor, Greenway, Sunrise, Northside, Bluebird, Lakeside, Corner, Silverline, Oakwood, Riverside, Golden, Parkview, ' +
    'Westgate, Hilltop, Redwood, Crescent, Meadow, Union, Central, Bayview, Cloverleaf, Eastgate, Fairview, Juniper, ' +
    'Lighthouse, Maple, Old Town, Pinecrest, Quayside, Rosewood, Summit, Three Bridges, Valley, Willow, Beacon, Canal',
);

export const weekdays = list('Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday');
export const months = list(
  'January, February, March, April, May, June, July, August, September, October, November, December',
);

/** By letter from a: how callers tell letters apart. */
export const letterWords = list(
  'apple, boy, cat, dog, echo, fox, golf, hotel, india, john, kilo, london, mike, nancy, oscar, peter, queen, robert, ' +
    'sam, tango, uncle, victor, whiskey, xray, yellow, zebra',
);

export const acknowledgements = list(
  'Okay, All right, Sure, Got it, Great, Thanks, Perfect, Thank you, Of course, Right',
);
export const affirmations = list(
  "yes, yeah, yep, that's right, yes please, correct, yeah that's it, yes that's correct, sure, go ahead, sounds good, " +
    'yes go ahead, perfect, uh yes, okay yes, mhm yes',
);
export const openers = list(
  'Hi, Hello, Hey, Good morning, Good afternoon, Hi there, Yes hello, Um hi, Yeah hi, Oh hi, Hello there',
);
