import type { ButtonHTMLAttributes } from "preact";
import { Icon, type IconName } from "./icons";

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon"> & {
  icon?: IconName;
  kind?: "primary" | "plain" | "quiet" | "danger";
};

export function Button({ icon, kind = "plain", children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} class={`button ${kind}`}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
