/** What a new session shows. */
export function EmptyState({ onAdd }: { onAdd: () => Promise<void> }) {
  return (
    <section className="empty">
      <h1>Your Docker playground</h1>
      <p>
        A Linux host with a container engine, in this tab. No account, no server; what you do is kept in this browser.
      </p>
      <button type="button" className="button primary large" onClick={() => void onAdd()}>
        Add your first instance
      </button>
      <p className="quiet">
        Then try <code>docker run -d -p 80:80 nginx</code> and click the port that appears.
      </p>
    </section>
  )
}
