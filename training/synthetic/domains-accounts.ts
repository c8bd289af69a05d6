// Businesses that know their callers by a number: bank, power, insurance, internet. Data only.

import { type Domain, findAmount, findState } from './domain.ts';
import { address, choice, code, day, digits, phone, time } from './slots.ts';

const account = digits({
  keys: ['account_number', 'account'],
  asks: ["What's your account number?", 'Can you give me the account number?'],
  lead: 'for account {value}',
  lengths: [5, 6, 8],
});

const customer = digits({
  keys: ['customer_number', 'customer_id', 'contract_number'],
  asks: ["What's your customer number?", 'Can I have your customer number, please?'],
  lead: 'for customer {value}',
  lengths: [5, 6, 7],
});

export const accounts: readonly Domain[] = [
  {
    subject: 'a bank',
    titles: ['Bank', 'Savings Bank', 'Credit Union'],
    task: {
      names: ['block_card', 'freeze_card', 'stop_card'],
      description: 'Block a card that is lost or stolen',
      noun: 'blocking your card',
      slots: [
        choice({
          keys: ['card_type', 'card'],
          asks: ['Is it a debit or a credit card?', 'Which kind of card is it?'],
          lead: ', the {value} one,',
          from: ['debit', 'credit', 'business'],
        }),
        digits({
          keys: ['last_four', 'card_ending'],
          asks: ['What are the last four digits?', 'Which four digits does it end in?'],
          lead: 'ending in {value}',
          lengths: [4],
        }),
        choice({
          keys: ['reason'],
          asks: ['Was it lost or stolen?', 'What happened to it?'],
          lead: 'because it was {value}',
          from: ['lost', 'stolen', 'damaged'],
        }),
      ],
      wishes: ['I have a problem with my card', 'I need to block my card', 'Please stop my card'],
      done: [
        'Your card is blocked.',
        'The card is stopped, nobody can use it now.',
        "That's done, a new one is on its way.",
      ],
    },
    lookup: {
      names: ['get_balance', 'account_balance', 'check_balance'],
      description: 'Balance of an account',
      slots: [account],
      wishes: ["What's my balance", 'I want to check my balance', 'How much do I have'],
      find: findAmount('balance', 20, 4000, [
        'You have {amount} in that account.',
        'The balance is {amount}.',
        "It's {amount} right now.",
      ]),
      nothing: [
        "I don't find anything {value}. Could you check the number?",
        'Nothing comes up {value}. Is that the right number?',
      ],
    },
    outside: ['get advice on stocks', 'open a safe deposit box', 'apply for a mortgage', 'exchange foreign coins'],
  },
  {
    subject: 'a power and water company',
    titles: ['Energy', 'Power', 'Utilities', 'Water'],
    task: {
      names: ['submit_reading', 'record_meter', 'add_meter_reading'],
      description: 'Record a meter reading',
      noun: 'a meter reading',
      slots: [
        customer,
        choice({
          keys: ['meter', 'meter_type'],
          asks: ['Is it for power, gas or water?', 'Which meter is it?'],
          lead: 'for {value}',
          from: ['power', 'gas', 'water'],
        }),
        digits({
          keys: ['reading', 'meter_reading'],
          asks: ['What does the meter say?', "What's the reading?"],
          lead: 'of {value}',
          lengths: [5],
        }),
      ],
      wishes: ['I want to give you a meter reading', 'I have a reading for you', "I'm calling with a meter reading"],
      done: ['Your reading is recorded.', 'Thank you, I have noted the reading.', "That's entered."],
    },
    lookup: {
      names: ['check_outage', 'outage_status', 'find_outages'],
      description: 'Whether there is an outage at an address',
      slots: [address],
      wishes: ['My power is out', 'Is there an outage', 'We have no electricity'],
      find: findState('state', {
        'crew on site': "There's an outage, and a crew is working on it.",
        'restored by 18:00': 'Power should be back by 6 pm.',
        planned: "It's planned work and will end this afternoon.",
        reported: 'It has been reported and a crew is on the way.',
      }),
      nothing: [
        'I see no outage {value}. Have you checked your fuses?',
        "There's nothing reported {value}. Is that the right address?",
      ],
    },
    outside: ['have solar panels installed', 'have my stove fixed', 'cancel my internet'],
  },
  {
    subject: 'an insurance company',
    titles: ['Insurance', 'Mutual', 'Assurance'],
    task: {
      names: ['file_claim', 'report_damage', 'open_claim'],
      description: 'Report damage under a policy',
      noun: 'a claim',
      slots: [
        code({
          keys: ['policy_number', 'policy'],
          asks: ["What's your policy number?", 'Can I have the policy number?'],
          lead: 'under policy {value}',
        }),
        choice({
          keys: ['damage_type', 'cause'],
          asks: ['What kind of damage is it?', 'Was it fire, water, theft or storm?'],
          lead: 'because of {value}',
          from: ['fire', 'water', 'theft', 'storm', 'glass'],
        }),
        phone,
      ],
      wishes: ['I want to report some damage', 'I need to make a claim', 'Something was damaged'],
      done: ['Your claim is open.', 'The claim is filed, someone will call you.', "That's reported."],
    },
    lookup: {
      names: ['claim_status', 'get_claim'],
      description: 'How far a claim is',
      slots: [
        code({
          keys: ['claim_number', 'claim_id'],
          asks: ["What's the claim number?", 'Do you have the claim number?'],
          lead: 'with the number {value}',
        }),
      ],
      wishes: ['What about my claim', "I'd like to know where my claim stands", 'Any news on my claim'],
      find: findState('status', {
        approved: 'Your claim is approved and will be paid this week.',
        'in review': "It's still in review.",
        'documents missing': "We're missing some documents from you.",
        rejected: "I'm sorry, the claim was turned down.",
      }),
      nothing: ['I find no claim {value}. Could you check the number?', 'Nothing comes up {value}. Is that right?'],
    },
    outside: ['buy a car', 'get legal advice about my neighbor', 'book a holiday'],
  },
  {
    subject: 'an internet provider',
    titles: ['Broadband', 'Telecom', 'Net', 'Fiber'],
    task: {
      names: ['open_ticket', 'book_technician', 'report_fault'],
      description: 'Report a fault and send a technician',
      noun: 'a technician',
      slots: [
        customer,
        choice({
          keys: ['fault', 'issue_type', 'problem'],
          asks: ["What's not working?", 'Is it slow, down or unstable?'],
          lead: 'because it is {value}',
          from: ['slow', 'down', 'unstable'],
        }),
        day,
        time,
      ],
      wishes: ['My internet has a problem', 'I need a technician', 'I want to report a fault'],
      done: ['A technician will come by.', 'Your ticket is open.', "It's on the schedule."],
    },
    lookup: {
      names: ['line_status', 'check_line'],
      description: 'State of a line',
      slots: [customer],
      wishes: ['Can you check my line', 'Is there something wrong with my line', 'Please have a look at my connection'],
      find: findState('line', {
        ok: 'Your line looks fine from here.',
        'no signal': 'I see no signal on your line.',
        maintenance: "There's maintenance in your area until tonight.",
        unstable: 'Your line is unstable, I can see that.',
      }),
      nothing: [
        "I can't find a line {value}. Could you check the number?",
        'Nothing comes up {value}. Is the number right?',
      ],
    },
    outside: ['have my laptop repaired', 'buy a television', 'change the name of my street'],
  },
];
