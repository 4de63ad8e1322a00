import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ticketTypesQuery } from "@/data/tickets.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { useTitle } from "@/lib/hooks.ts";
import { Icon } from "@/ui/Icon.tsx";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import styles from "./create.module.css";

export function ChooseTypePage() {
  const { form } = useTexts();
  const pick = usePick();
  const { data: types, error, refetch, isPending } = useQuery(ticketTypesQuery);
  useTitle(form.newTitle);
  if (isPending) return <Skeleton lines={5} />;
  if (error) return <Failure error={error} onRetry={() => refetch()} />;
  if (types.length === 0)
    return <Empty page icon="file" title={form.noTypes} hint={form.noTypesHint} />;
  return (
    <div className={styles.page}>
      <h1>{form.chooseType}</h1>
      <p className="quiet">{form.chooseTypeHint}</p>
      <ul className={styles.types}>
        {types.map((type) => (
          <li key={type.key}>
            <Link to="/new/$type" params={{ type: type.key }} className={styles.type}>
              <span className={styles.prefix}>{type.prefix}</span>
              <span className={styles.typeTitle}>{pick(type.title)}</span>
              <Icon name="chevronRight" size={16} />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
