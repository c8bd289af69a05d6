// What shops sell by the piece, for orders of several items. Data only.

export interface Menu {
  /** "a coffee shop" */
  readonly subject: string;
  readonly titles: readonly string[];
  /** One and many. */
  readonly items: readonly (readonly [one: string, many: string])[];
  readonly sizes: readonly string[];
  readonly outside: readonly string[];
}

const plural = (text: string): readonly (readonly [string, string])[] =>
  text.split(', ').map((one) => [one, /(s|ch|sh|x)$/.test(one) ? `${one}es` : `${one}s`] as const);

export const menus: readonly Menu[] = [
  {
    subject: 'a coffee shop',
    titles: ['Coffee', 'Roasters', 'Espresso Bar', 'Cafe'],
    items: plural(
      'latte, cappuccino, flat white, americano, mocha, chai latte, hot chocolate, iced tea, green tea, cortado',
    ),
    sizes: ['small', 'medium', 'large'],
    outside: ['a pizza', 'a beer', 'your coffee machine'],
  },
  {
    subject: 'a pizza place',
    titles: ['Pizza', 'Pizzeria', 'Slices'],
    items: plural(
      'margherita, pepperoni pizza, veggie pizza, hawaiian, four cheese pizza, garlic bread, calzone, caesar salad',
    ),
    sizes: ['small', 'medium', 'large'],
    outside: ['sushi', 'a birthday cake', 'a bottle of whiskey'],
  },
  {
    subject: 'a bakery',
    titles: ['Bakery', 'Bakehouse', 'Bread Company'],
    items: plural(
      'croissant, baguette, cinnamon roll, rye bread, bagel, blueberry muffin, cheesecake, apple pie, pretzel',
    ),
    sizes: ['small', 'large'],
    outside: ['a sandwich maker', 'fresh fish', 'a wedding band'],
  },
  {
    subject: 'a thai takeaway',
    titles: ['Thai', 'Wok', 'Noodles'],
    items: plural(
      'pad thai, green curry, red curry, spring roll, tom yum soup, fried rice, papaya salad, mango pudding',
    ),
    sizes: ['regular', 'large'],
    outside: ['a hamburger', 'cooking classes', 'a case of wine'],
  },
  {
    subject: 'a flower shop',
    titles: ['Flowers', 'Blooms', 'Florist'],
    items: plural('rose, tulip, lily, sunflower, orchid, dahlia, cactus, hanging basket'),
    sizes: ['small', 'large'],
    outside: ['a lawn mower', 'chocolates from France', 'garden furniture'],
  },
  {
    subject: 'a burger restaurant',
    titles: ['Burgers', 'Grill', 'Diner'],
    items: plural(
      'cheeseburger, veggie burger, chicken burger, onion ring, milkshake, cola, lemonade, hot dog, side salad',
    ),
    sizes: ['small', 'regular', 'large'],
    outside: ['a pizza', 'breakfast in bed', 'a gift basket'],
  },
];
