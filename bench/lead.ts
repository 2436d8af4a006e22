/** The lead that every case posts: a small real one, different each time. */
export function lead(n: number): string {
  return JSON.stringify({
    email: `lead-${n}@example.com`,
    firstName: `Lead ${n}`,
    phone: '+44 20 7946 0000',
    source: 'landing page',
    score: n % 100,
    interests: ['strength', 'nutrition'],
  });
}
