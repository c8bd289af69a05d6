// How English callers take their leave.

const phrases = (text: string): string[] => text.split(' | ');

/** A turn that holds one of these, and nothing but them and the words around them, is a goodbye. */
export const usualGoodbyes: readonly string[] = [
  ...phrases('bye | bye-bye | bye bye | goodbye | good bye | bye now | good night | goodnight | see you | see ya'),
  ...phrases('see you later | see you soon | see you then | talk to you later | talk to you soon | take care'),
  ...phrases('have a good day | have a nice day | have a great day | have a good one | have a good night | so long'),
  ...phrases('have a good evening | have a nice evening | have a good weekend | have a nice weekend | cheerio'),
];

/** Words around a goodbye that ask for nothing. */
export const aroundGoodbye: readonly string[] = [
  ...phrases("no | nope | nah | that's all | that is all | that'll be all | that will be all | that's it | that is it"),
  ...phrases(
    "nothing else | nothing more | that's everything | i'm good | i'm all set | all set | i'm done | we're done",
  ),
  ...phrases(
    'thanks | thank you | thank you for your help | thanks for your help | so much | very much | a lot | again',
  ),
  ...phrases(
    "ok | okay | alright | all right | great | perfect | good | fine | cool | well | then | for now | and | i'll",
  ),
  ...phrases("oh | uh | um | yes | yeah | you too | same to you | appreciate it | i appreciate it | cheers | it's all"),
];
