/** `pointer->member.name`: an arrow right behind a name; people write a blank before theirs. */
const memberAccess = /[\w)\]]->$/;
/** `console.log(x.to)`, `self.is_ok(a.id)`: what a call is given. */
const callBefore = /\w(?:[._]|::)\w{1,64}\($/;

/** Whether what follows such text is a name in code, and no host. @param before at most some eighty characters */
export function isInCode(before: string): boolean {
  return memberAccess.test(before) || callBefore.test(before);
}
