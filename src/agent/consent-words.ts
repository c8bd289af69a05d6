// How English callers agree to what was read back to them, and how they don't.

const phrases = (text: string): string[] => text.split(' | ');

/** An answer that begins so agrees. */
export const yesWords: readonly string[] = [
  ...phrases(
    'yes | yeah | yep | yup | sure | ok | okay | alright | all right | of course | i do | i think so | i guess so',
  ),
  ...phrases("correct | right | that's right | that is right | that's correct | that is correct | that's it | exactly"),
  ...phrases('absolutely | definitely | certainly | indeed | confirmed | i confirm | you bet | uh-huh | mm-hmm | mhm'),
  ...phrases("please | please do | go ahead | do it | do that | book it | let's do it | let's do that | yes do"),
  ...phrases("good | great | perfect | wonderful | fine | that's fine | sounds good | sounds great | sounds right"),
  ...phrases('looks good | that works | works for me | sure thing | 👍 | 👌 | ✅ | 🆗'),
];

/** An answer with such words anywhere refuses, corrects or asks. */
export const noWords: readonly string[] = [
  ...phrases(
    "no | nope | nah | not | never | don't | dont | isn't | doesn't | wrong | wait | hold on | hang on | stop",
  ),
  ...phrases(
    'cancel | forget | nevermind | but | actually | instead | rather | change | except | sorry | repeat | again',
  ),
  ...phrases("what | what's | when | where | which | who | how | why | can you | could you | would you"),
  ...phrases(
    "let me | moment | second | sec | minute | can't | cannot | won't | didn't | wasn't | hold | skip | leave | none",
  ),
  ...phrases('👎 | ❌ | 🚫 | 🙅'),
];

/** Words around a yes that say nothing else. */
export const aroundYes: readonly string[] = [
  ...phrases(
    "please | thanks | thank you | very | much | so | well | oh | uh | um | and | that | it | is | that's | it's",
  ),
  ...phrases('i | would | be | think | do | the | for | me'),
];
