import { describe, expect, it } from 'vitest';
import { javaShape } from '../../../../core/profile/categories/java.js';
import { endOfFrame, javaFrame } from '../../../../core/profile/frame-names/java-name.js';

const nameOf = (written: string): string | undefined => javaFrame(written)?.name;

describe('the name of a Java frame', () => {
  it.each([
    ['Lio/netty/Channel;::read', 'io/netty/Channel.read'],
    ['App.load(Ljava/lang/String;I)V', 'App.load'],
    ['App.load([[I[Ljava/lang/String;J)[Ljava/lang/Object;', 'App.load'],
    // Folded text lost the `;` of its types.
    ['App.load(Ljava/lang/String)V', 'App.load'],
    ['App.load(IJLjava/lang/String[I)Ljava/lang/Object', 'App.load'],
    ['App.load(Ljava/lang/StringLjava/util/List;)V', 'App.load'],
    ['int java.lang.String.hashCode()', 'java.lang.String.hashCode'],
    ['void com.shop.Cart$Line$1.price(int, java.lang.String)', 'com.shop.Cart$Line$1.price'],
    ['com.shop.Cart.$Proxy$.<init>()', 'com.shop.Cart.$Proxy$.<init>'],
  ])('%s is %s', (written, name) => {
    expect(nameOf(written)).toBe(name);
  });

  it.each(['App.load(', 'App.load(Q)V', 'App.load(Ljava/lang/String', 'com.Cart(int)', 'main'])('%s has none', (written) => {
    expect(javaFrame(written)).toBeNull();
  });
});

/** Each of them has more ways to be read than could be tried in the life of the universe. */
describe('a name that never comes to its end', () => {
  it('is no name with types', () => {
    expect(javaFrame(`App.load(${'Ljava/lang/String'.repeat(60_000)}`)).toBeNull();
    expect(javaFrame(`App.load(${'L'.repeat(1_000_000)}`)).toBeNull();
  });

  it('is no name of a class of classes', () => {
    expect(javaFrame(`com.shop.Cart${'$Line'.repeat(200_000)}`)).toBeNull();
    expect(javaFrame(`com.shop.Cart${'$'.repeat(1_000_000)}(`)).toBeNull();
    expect(javaShape.test(`com.shop.Cart${'$Line'.repeat(200_000)}`)).toBe(false);
    expect(javaShape.test('com.shop.Cart$Line.price')).toBe(true);
  });

  it('is a frame of its stack', () => {
    const stack = `App.load(${'Ljava/lang/String'.repeat(60)};next`;
    expect(endOfFrame(stack, 0)).toBe(stack.length);
  });
});
