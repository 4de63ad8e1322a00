import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { muteQuery, useMute } from "@/data/messages.ts";
import { useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { toast } from "@/ui/toast.tsx";

/** Stops or resumes messages about a ticket. */
export function MuteButton({ ticket }: { ticket: string }) {
  const { inbox } = useTexts();
  const muted = useQuery(muteQuery(ticket)).data?.muted;
  const mute = useMute(ticket);
  if (muted === undefined) return null;
  const label = muted ? inbox.unmute : inbox.mute;
  return (
    <Button
      type="text"
      size="small"
      data-print="no"
      aria-label={label}
      title={label}
      icon={<Icon name={muted ? "bellOff" : "bell"} size={16} />}
      onClick={() =>
        mute.mutate(!muted, { onSuccess: () => toast(muted ? inbox.unmuteDone : inbox.muteDone) })
      }
    />
  );
}
