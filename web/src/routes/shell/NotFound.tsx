import { Link } from "@tanstack/react-router";
import { useTexts } from "@/i18n/index.tsx";
import { Empty } from "@/ui/states.tsx";

export function NotFound() {
  const texts = useTexts();
  return (
    <main>
      <Empty page icon="search" title={texts.common.notFound} hint={texts.common.notFoundHint}>
        <Link to="/tickets">{texts.queue.title}</Link>
      </Empty>
    </main>
  );
}
